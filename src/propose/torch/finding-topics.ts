import { lineOf } from '../source/tree.js';
import { namedLines } from './finding-lines.js';
import type { TorchProgram } from './program.js';
import { owned, statementOf } from './statements.js';

/** What a finding may be about. */
export type Topic = 'precision' | 'convolution' | 'optimizer' | 'zeroing' | 'launches' | 'attention' | 'gradients' | 'memory' | 'reading' | 'communication' | 'loading';

const inText: Record<Topic, RegExp> = {
  precision: /\bfp32|\btf32|float32|\bgemm|sgemm|tensor.?cores?|\bamp\b|autocast|bfloat16|\bbf16|half precision|full precision/i,
  convolution: /convolution|\bconv2?d?\b|cudnn|nchw|nhwc|channels.?last|heuristic|C5-copy-kernels/i,
  optimizer: /optimi[sz]er|\badamw?\b|\bsgd\b|foreach|multi_tensor/i,
  zeroing: /zero_grad|zero.?gradients?|gradients? (?:are |is )?(?:filled|zeroed|set to zero)|memset|C5-fills/i,
  launches: /launch|short kernels|tiny kernels|small kernels|elementwise|cuda graph|kernel fusion|unfused|overhead/i,
  attention: /attention|softmax|masked_fill/i,
  gradients: /backward pass that|activations|autograd|\bgraphs? (?:is|are|of|that)|carries the graph|keeps the graph|no_grad|inference_mode|grad_fn|recorded for gradients|for gradients|C5-fills/i,
  memory: /empty_cache|cudamalloc|cudafree|\bgc\b|garbage|caching allocator|anomaly|debug/i,
  reading: /\.item\(|synchroni|waits? (?:a|each|every|per) step|cudastreamsync|copy of \d+ b to the host|device.to.host|dtoh/i,
  communication: /nccl|all.?reduce|all.?gather|barrier|collective|broadcast|ranks|\bddp\b/i,
  loading: /dataloader|data loader|next batch|__getitem__|worker/i,
};

const inCode: readonly [RegExp, Topic][] = [
  [/\.zero_grad\(|\.grad(?:\.data)?\.zero_\(|\.grad = None/, 'zeroing'],
  [/empty_cache\(|gc\.collect\(|anomaly/, 'memory'],
  [/torch\.autograd\.grad\(|autograd\.grad\(|\.detach\(\)/, 'gradients'],
  [/\bdist\.|distributed\.|DistributedDataParallel\(|\bDDP\(/, 'communication'],
  [/\bDataLoader\(/, 'loading'],
  [/softmax|masked_fill|scaled_dot_product/, 'attention'],
  [/\.item\(\)|\.cpu\(\)|\.tolist\(\)|\bprint\(|cuda\.synchronize/, 'reading'],
  [/(?:optim\w*|\bopt\w?|scaler)\.step\(|optim\.\w+\(/, 'optimizer'],
];

/** What a finding's own words say that it is about; else what stands on the lines that it names. Empty where neither tells. */
export function topicsOf(program: TorchProgram): ReadonlySet<Topic> {
  const { finding } = program;
  const text = [finding.rule ?? '', finding.title ?? '', ...finding.evidence.filter(({ tool }) => !/^snippet$/.test(tool)).map((one) => one.text), ...(finding.notes ?? [])].join('\n');
  const said = (Object.keys(inText) as Topic[]).filter((topic) => inText[topic].test(text));
  return new Set(said.length > 0 ? said : codeTopics(program));
}

function codeTopics(program: TorchProgram): Topic[] {
  const { module, scope } = program;
  const lines = namedLines(program);
  const statements = owned(module, scope, 'expression_statement', 'return_statement', 'if_statement').filter((node) => lines.some((line) => line >= lineOf(node) && line <= (node.field('consequence') === null ? node.range().end.line + 1 : lineOf(node))));
  const texts = statements.map((node) => (node.kind() === 'if_statement' ? (node.field('condition')?.text() ?? '') : statementOf(node).text()));
  // A value that is read is what findings of waits and copies are about, not those of kernels.
  const ofKernels = /^C[25]/.test(program.finding.category);
  return inCode.filter(([pattern, topic]) => !(ofKernels && topic === 'reading') && texts.some((text) => pattern.test(text))).map(([, topic]) => topic);
}

/** Whether a finding may be about one of the topics: it says so, or does not say what it is about. */
export function mayBeAbout(program: TorchProgram, ...topics: Topic[]): boolean {
  const found = topicsOf(program);
  return found.size === 0 || topics.some((topic) => found.has(topic));
}
