import type { SgNode } from '@ast-grep/napi';
import { lineOf, startOf } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { movesOf } from '../../torch/devices.js';
import { isEvaluation } from '../../torch/grad-mode.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { withKeyword } from '../../torch/statements.js';
import { isBefore, isSince, type Version } from '../../torch/torch-version.js';
import { optimizerOf, trainingLoopsAt } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

/** Optimizers with a fused implementation, and the version that brought it. */
const fusedSince = new Map<string, Version>([
  ['torch.optim.Adam', [2, 0]],
  ['torch.optim.AdamW', [2, 0]],
  ['torch.optim.SGD', [2, 3]],
]);

export const fusedOptimizer: TorchRecipe = {
  family: 'torch',
  name: 'fused-optimizer',
  languages: ['python'],
  category: 'launches',
  title: 'Let the optimizer update all parameters in one kernel (`fused=True`) where they are on CUDA',
  evidence: { findings: ['C2', 'C1', 'C5-copy-kernels', 'C5-fills'], text: 'Many short elementwise kernels, or a host that is busy launching them.' },
  condition: 'The optimizer is one that has a fused implementation in every version of PyTorch that the repository allows. Its parameters are on CUDA when it is made, or the code asks there whether they are. Neither `fused`, `foreach` nor `differentiable` is given.',
  risk: 'Parameters that are not floating-point, or are on several kinds of devices, are refused when the optimizer is made.',
  expected: 'The time of the optimizer falls to a half or less; a few percent to a fifth of a short step.',
  references: ['https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html', 'https://pytorch.org/docs/stable/optim.html#algorithms'],
  changesResults: 'rounding',
  apply(program) {
    return optimizers(program).map((made) => answerOf(program, made));
  },
};

/** Where the optimizers of the training loops are made; those of the files around where that cannot be followed. */
function optimizers(program: TorchProgram): Located[] {
  const isMade = ({ module, node }: Located): boolean => node.kind() === 'call' && /^torch\.optim\.[A-Z]\w+$/.test(module.pathOf(node.field('function')) ?? '') && !/^torch\.optim\.(?:Optimizer|lr_scheduler)/.test(module.pathOf(node.field('function')) ?? '');
  const stepped = trainingLoopsAt(program).flatMap(({ module, steps }) => steps.flatMap((step) => optimizerOf(step) ?? []).flatMap((node) => originsOf(program, { module, node })));
  const found = stepped.filter(isMade);
  if (isEvaluation(program.module, program.scope)) return [];
  const all = found.length > 0 ? found : program.modules.flatMap((module) => module.root.findAll({ rule: { kind: 'call' } }).map((node) => ({ module, node }))).filter(isMade);
  return all.filter((made, i) => all.findIndex((other) => other.module === made.module && startOf(other.node) === startOf(made.node)) === i);
}

function answerOf(program: TorchProgram, { module, node }: Located): Rewrite | Refusal {
  const line = lineOf(node);
  const path = module.pathOf(node.field('function')) ?? '';
  const { keywords, hasSplat, positional } = callArguments(node);
  const since = fusedSince.get(path);
  if (since === undefined) return { line, reason: `\`${path}\` has no fused implementation.` };
  const given = ['fused', 'foreach', 'differentiable', 'capturable'].find((name) => keywords.has(name));
  if (given !== undefined) return { line, reason: `\`${given}=${keywords.get(given)?.text() ?? ''}\` is given.` };
  if (hasSplat) return { line, reason: 'It may be given already, by `**`.' };
  if (isBefore(program.versions, since)) return { line, reason: `It came with PyTorch ${since.join('.')}, and the repository asks for an older one.` };
  if (path === 'torch.optim.SGD' && !isSince(program.versions, since)) return { line, reason: 'For SGD it came with PyTorch 2.3, and the repository does not ask for that.' };
  const parameters = keywords.get('params') ?? positional[0];
  const where = parameters === undefined ? null : condition(program, module, { module, node: parameters }, node);
  if (where === null) return { line, reason: 'It cannot be seen whether the parameters are on a CUDA device.' };
  if ('reason' in where) return { line, reason: where.reason };
  return { title: `update all parameters in one kernel by \`fused\`${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [withKeyword(module, node, `fused=${where.text}`), ...where.edits] };
}

/** What is true where the parameters are on CUDA at the place where the optimizer is made. */
function condition(program: TorchProgram, module: PyModule, parameters: Located, made: SgNode): { text: string; edits: TextEdit[] } | { reason: string } | null {
  const call = methodOf(parameters.node);
  const model = call?.method === 'parameters' ? call.receiver : null;
  if (model === null) return null;
  const moves = movesOf(program, { module, node: model });
  const isLate = (move: { module: PyModule; node: SgNode }): boolean => move.module === module && module.scopeOf(move.node).id() === module.scopeOf(made).id() && startOf(move.node) > startOf(made);
  if (moves.length > 0 && moves.every(isLate)) return { reason: `The model is moved to the device in line ${lineOf((moves[0] as Located).node)}, after the optimizer is made.` };
  const last = moves.findLast((move) => !isLate(move));
  if (last?.device === 'cpu' || (last === undefined && !/cuda/.test(program.modules.map(({ source }) => source).join('\n')))) return { reason: 'The model is on the host, as far as can be seen.' };
  if (last?.device === 'cuda') return { text: 'True', edits: [] };
  if (last?.device === 'if-available') {
    const { text, edits } = spelled(module, 'torch.cuda.is_available');
    return { text: `${text}()`, edits };
  }
  return model.kind() === 'identifier' || model.kind() === 'attribute' ? { text: `next(${model.text()}.parameters()).is_cuda`, edits: [] } : null;
}
