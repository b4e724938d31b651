import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, startOf } from '../../source/tree.js';
import { argument, callArguments } from '../../torch/call.js';
import { namedLines } from '../../torch/finding-lines.js';
import { classOf, isModule } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import { isDdpCall } from '../../torch/parallel-model.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { replaced, withKeyword } from '../../torch/statements.js';
import { isBefore } from '../../torch/torch-version.js';
import { parametersUsed } from '../../torch/used-parameters.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const ddpGraph: TorchRecipe = {
  family: 'torch',
  name: 'ddp-graph',
  languages: ['python'],
  category: 'communication',
  title: 'Do not look for unused parameters in each step where there are none, or always the same; keep gradients in the buckets that are sent',
  evidence: { findings: ['C6', 'C1', 'C5-copy-kernels'], text: 'The graph is walked after each forward pass, gradients wait for it, or are copied into buckets.' },
  condition: '`find_unused_parameters=True` goes where the `forward` of the model, whose layers are of the repository or of `torch.nn`, uses each of them in every pass and gives one tensor. It becomes `static_graph=True` where the same ones are used in every pass. Layers in branches, picked by a key, left out by chance, or behind an early return keep it. Gradients stay in the buckets (`gradient_as_bucket_view=True`) where the finding speaks of their copies and no code detaches gradients in place.',
  risk: 'A loss that leaves out a part of the output, or code outside that calls layers by itself, makes parameters unused: DistributedDataParallel then raises an error in the second step.',
  expected: 'A walk over the graph in each step, and communication that begins while the backward pass still runs.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html', 'https://pytorch.org/docs/stable/notes/ddp.html#internal-design'],
  apply(program) {
    const calls = program.modules.flatMap((module) => all(module.root, 'call').map((node) => ({ module, node })).filter(isDdpCall));
    const lines = namedLines(program);
    const isAt = ({ module, node }: Located): boolean => module === program.module && lines.some((line) => line >= lineOf(node) && line <= node.range().end.line + 1);
    const named = calls.filter(isAt);
    return (named.length > 0 ? named : calls).flatMap((call) => answersTo(program, call, named.length > 0));
  },
};

const saysCopies = /bucket|copies of gradients|gradients? (?:is|are) copied|copied (?:in)?to (?:its |their )?buckets/i;

function answersTo(program: TorchProgram, { module, node }: Located, isNamed: boolean): (Rewrite | Refusal)[] {
  const { keywords, hasSplat } = callArguments(node);
  const line = lineOf(node);
  const text = [program.finding.title ?? '', ...program.finding.evidence.map((one) => one.text)].join('\n');
  const answers: (Rewrite | Refusal)[] = [];
  if (keywords.get('find_unused_parameters')?.text() === 'True' && (isNamed || /unused|graph/i.test(text))) answers.push(unusedAnswer(program, { module, node }));
  if (saysCopies.test(text) && !hasSplat && !keywords.has('gradient_as_bucket_view') && !keywords.has('find_unused_parameters')) {
    const detached = program.modules.flatMap((one) => all(one.root, 'call').filter((call) => call.text().endsWith('.grad.detach_()')))[0];
    answers.push(detached === undefined ? { title: 'keep gradients in the buckets that are sent', line, edits: [withKeyword(module, node, 'gradient_as_bucket_view=True')] } : { line, reason: `Line ${lineOf(detached)} detaches a gradient in place, which a view of a bucket cannot be.` });
  }
  return answers;
}

function unusedAnswer(program: TorchProgram, { module, node }: Located): Rewrite | Refusal {
  const line = lineOf(node);
  const keyword = callArguments(node).keywords.get('find_unused_parameters')?.parent() ?? null;
  const model = argument(node, 'module', 0);
  const owner = model === null ? null : classOf(program, { module, node: model });
  if (keyword === null || owner === null || !isModule(program, owner)) return { line, reason: 'It cannot be seen which layers the model uses.' };
  const use = parametersUsed(program, owner);
  if (use.kind === 'unknown') return { line, reason: `Parameters may be unused in some passes: ${use.reason}.` };
  if (use.kind === 'all') return { title: 'do not look for unused parameters, of which there are none', line, edits: [withoutKeyword(module, keyword)] };
  if (isBefore(program.versions, [1, 11])) return { line, reason: '`static_graph` came with PyTorch 1.11, and the repository asks for an older one.' };
  if (program.modules.some(({ source }) => /\.no_sync\(/.test(source))) return { line, reason: 'Backward passes that send nothing do not go together with a static graph in all versions.' };
  return { title: 'look for unused parameters once, as they are the same in each step', line, edits: [replaced(module, keyword, 'static_graph=True')] };
}

/** Takes a keyword argument out of its list, with the comma in front of it. */
function withoutKeyword(module: PyModule, keyword: SgNode): TextEdit {
  const before = /,\s*$/.exec(module.source.slice(0, startOf(keyword)))?.[0].length ?? 0;
  return { file: module.file, start: startOf(keyword) - before, end: endOf(keyword), text: '' };
}
