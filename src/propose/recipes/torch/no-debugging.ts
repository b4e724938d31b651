import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, startOf } from '../../source/tree.js';
import { callArguments } from '../../torch/call.js';
import { mayBeAbout } from '../../torch/finding-topics.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

const anomaly = new Set(['torch.autograd.set_detect_anomaly', 'torch.autograd.anomaly_mode.set_detect_anomaly']);
const contexts = new Set(['torch.autograd.detect_anomaly', 'torch.autograd.set_detect_anomaly', 'torch.autograd.profiler.emit_nvtx']);

export const noDebugging: TorchRecipe = {
  family: 'torch',
  name: 'no-debugging',
  languages: ['python'],
  category: 'device-work',
  title: 'Train without the checks for anomalies that were left on',
  evidence: { findings: ['C1', 'C2', 'C3', 'C5', 'H'], text: 'A forward pass that records a stack for each operation, and reads of gradients in the backward pass.' },
  condition: '`torch.autograd.set_detect_anomaly(True)` stands there as a statement, or `detect_anomaly()` around the steps. Neither changes a value. An option of the program that decides it stays.',
  risk: 'A backward pass that gives NaN no longer raises, where the checks did.',
  expected: 'A third or more of the time of a step, whose operations each record where they were called, and a read of each gradient.',
  references: ['https://pytorch.org/docs/stable/autograd.html#anomaly-detection', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#disable-debugging-apis'],
  apply(program) {
    if (!mayBeAbout(program, 'memory', 'gradients', 'launches', 'reading')) return [];
    return program.modules.flatMap((module) => answersIn(program, module));
  },
};

function answersIn(program: TorchProgram, module: PyModule): (Rewrite | Refusal)[] {
  const set = module.calls(anomaly).filter((call) => parts(statementOf(call))[0]?.id() === call.id()).map((call) => answerOf(program, module, call));
  const around = module.calls(contexts).filter((call) => statementOf(call).kind() === 'with_statement').map((call) => insideOf(program, module, call));
  return [...set, ...around];
}

const decides = (call: SgNode): SgNode | undefined => callArguments(call).keywords.get('mode') ?? callArguments(call).positional[0];

function answerOf(program: TorchProgram, module: PyModule, call: SgNode): Rewrite | Refusal {
  const line = lineOf(call);
  const mode = decides(call)?.text() ?? 'True';
  if (mode === 'False') return { line, reason: 'The checks are off already.' };
  if (mode !== 'True') return { line, reason: `\`${mode}\` decides whether anomalies are looked for.` };
  const guard = statementOf(call).parent()?.parent();
  if (guard?.kind() === 'if_statement' && /debug|anomal|check|args|config|cfg|opt/i.test(guard.field('condition')?.text() ?? '')) return { line, reason: `Anomalies are looked for only where \`${guard.field('condition')?.text() ?? ''}\` holds.` };
  return { title: `do not look for anomalies in each step${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [withoutStatement(module, statementOf(call))] };
}

/** `with torch.autograd.detect_anomaly():`, whose body stays. */
function insideOf(program: TorchProgram, module: PyModule, call: SgNode): Rewrite | Refusal {
  const statement = statementOf(call);
  const line = lineOf(call);
  const mode = decides(call)?.text() ?? 'True';
  const body = parts(statement.field('body') ?? statement);
  const [first] = body;
  const last = body.at(-1);
  const items = statement.namedChildren().find((node) => node.kind() === 'with_clause');
  if (mode !== 'True' || (items !== undefined && parts(items).length !== 1) || first === undefined || last === undefined) return { line, reason: mode === 'True' ? 'The statement opens other contexts too.' : `\`${mode}\` decides whether anomalies are looked for.` };
  const step = first.range().start.column - statement.range().start.column;
  const text = module.source.slice(startOf(first), last.range().end.index).split('\n').map((one, i) => (i === 0 ? one : one.slice(0, step).trim() === '' ? one.slice(step) : one)).join('\n');
  if (hasLongTexts(body)) return { line, reason: 'The body has texts over several lines, which another indentation would change.' };
  return { title: `do not look for anomalies in each step${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [{ file: module.file, start: startOf(statement), end: last.range().end.index, text }] };
}

function hasLongTexts(body: readonly SgNode[]): boolean {
  return body.some((node) => node.findAll({ rule: { kind: 'string' } }).some((string) => string.range().start.line !== string.range().end.line));
}
