import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, parts, same, startOf } from '../../source/tree.js';
import { callArguments, methodOf } from '../../torch/call.js';
import { movesOf } from '../../torch/devices.js';
import { namedLines } from '../../torch/finding-lines.js';
import { topicsOf } from '../../torch/finding-topics.js';
import { mayBeGiven, optionsOf } from '../../torch/given-options.js';
import { isEvaluation } from '../../torch/grad-mode.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { owned, replaced, withKeyword } from '../../torch/statements.js';
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
  evidence: { findings: ['C2', 'C1', 'C5'], text: 'Many short elementwise kernels, or a host that is busy launching them.' },
  condition: 'The optimizer is one that has a fused implementation in every version of PyTorch that the repository allows. Its parameters are on CUDA when it is made, or the code asks there whether they are. For SGD, no embedding has sparse gradients. Neither `fused`, `foreach` nor `differentiable` is given.',
  risk: 'Parameters that are not floating-point, or are on several kinds of devices, are refused when the optimizer is made.',
  expected: 'The time of the optimizer falls to a half or less; a few percent to a fifth of a short step.',
  references: ['https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html', 'https://pytorch.org/docs/stable/optim.html#algorithms'],
  changesResults: 'rounding',
  apply(program) {
    if (!isAboutOptimizer(program)) return [];
    const made = optimizers(program);
    const named = made.filter(({ module, node }) => module === program.module && namedLines(program).some((line) => line >= lineOf(node) && line <= node.range().end.line + 1));
    return (named.length > 0 ? named : made).map((one) => answerOf(program, one));
  },
};

/** Short kernels are those of the optimizer where the finding says so, or names its line, or no line at all. */
function isAboutOptimizer(program: TorchProgram): boolean {
  const topics = topicsOf(program);
  if (topics.size === 0 || topics.has('optimizer')) return true;
  const text = program.module.source.split('\n');
  const lines = namedLines(program);
  return topics.has('launches') && !program.finding.category.startsWith('C5') && (lines.length === 0 || lines.some((line) => /optim|\.step\(/i.test(text[line - 1] ?? '')));
}

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
  const { keywords, positional } = callArguments(node);
  const since = fusedSince.get(path);
  if (since === undefined) return { line, reason: `\`${path}\` has no fused implementation.` };
  // Explicitly slow: one kernel for each parameter and operation.
  const slow = ['foreach', 'fused'].find((name) => keywords.get(name)?.text() === 'False');
  const given = ['fused', 'foreach', 'differentiable', 'capturable'].find((name) => keywords.has(name) && !(name === slow || keywords.get(name)?.text() === 'False'));
  if (given !== undefined) return { line, reason: `\`${given}=${keywords.get(given)?.text() ?? ''}\` is given.` };
  const spread = optionsOf(program, { module, node });
  const isDecided = ['fused', 'foreach', 'differentiable', 'capturable'].some((name) => spread.has(name) && !keywords.has(name));
  if (isDecided || mayBeGiven(program, { module, node })) return { line, reason: 'It may be given already, by `**`.' };
  if (isBefore(program.versions, since)) return { line, reason: `It came with PyTorch ${since.join('.')}, and the repository asks for an older one.` };
  if (path === 'torch.optim.SGD' && !isSince(program.versions, since)) return { line, reason: 'For SGD it came with PyTorch 2.3, and the repository does not ask for that.' };
  const sparse = path === 'torch.optim.SGD' ? sparseGradients(program) : null;
  if (sparse !== null) return { line, reason: `Line ${lineOf(sparse.node)} of ${sparse.module.file} makes sparse gradients, which it does not take.` };
  const parameters = keywords.get('params') ?? positional[0];
  const where = parameters === undefined ? null : condition(program, module, { module, node: parameters }, node);
  if (where === null) return { line, reason: 'It cannot be seen whether the parameters are on a CUDA device.' };
  if ('reason' in where) return { line, reason: where.reason };
  const old = slow === undefined ? null : (keywords.get(slow)?.parent() ?? null);
  const edit = old === null ? withKeyword(module, node, `fused=${where.text}`) : replaced(module, old, `fused=${where.text}`);
  return { title: `update all parameters in one kernel by \`fused\`${module === program.module ? '' : ` in ${module.file}`}`, line, edits: [edit, ...where.edits] };
}

/** An embedding whose gradients are sparse. */
function sparseGradients(program: TorchProgram): Located | null {
  for (const module of program.modules) {
    const node = all(module.root, 'keyword_argument').find((one) => one.field('name')?.text() === 'sparse' && one.field('value')?.text() !== 'False');
    if (node !== undefined) return { module, node };
  }
  return null;
}

/** What is true where the parameters are on CUDA at the place where the optimizer is made. */
function condition(program: TorchProgram, module: PyModule, parameters: Located, made: SgNode): { text: string; edits: TextEdit[] } | { reason: string } | null {
  const models = modelsOf(program, parameters);
  if (models === null) return null;
  const kinds = models.map((model) => deviceOf(program, model, { module, node: made }));
  const [first] = kinds;
  const refused = kinds.find((kind) => typeof kind === 'object');
  if (typeof refused === 'object') return refused;
  if (first === undefined || kinds.some((kind) => kind !== first)) return null;
  if (first === 'cuda') return { text: 'True', edits: [] };
  if (first === 'if-available') {
    const { text, edits } = spelled(module, 'torch.cuda.is_available');
    return { text: `${text}()`, edits };
  }
  const [model] = models;
  const isHere = models.length === 1 && model !== undefined && model.module === module && module.scopeOf(model.node).id() === module.scopeOf(made).id();
  return isHere && ['identifier', 'attribute'].includes(String(model.node.kind())) ? { text: `next(${model.node.text()}.parameters()).is_cuda`, edits: [] } : null;
}

/** Where a model is when the optimizer is made. */
function deviceOf(program: TorchProgram, model: Located, { module, node: made }: Located): 'cuda' | 'if-available' | 'unknown' | { reason: string } {
  const moves = movesOf(program, model);
  const isLate = (move: { module: PyModule; node: SgNode }): boolean => move.module === module && module.scopeOf(move.node).id() === module.scopeOf(made).id() && startOf(move.node) > startOf(made);
  if (moves.length > 0 && moves.every(isLate)) return { reason: `The model is moved to the device in line ${lineOf((moves[0] as Located).node)}, after the optimizer is made.` };
  const last = moves.findLast((move) => !isLate(move));
  if (last?.device === 'cpu' || (last === undefined && !/cuda/.test(program.modules.map(({ source }) => source).join('\n')))) return { reason: 'The model is on the host, as far as can be seen.' };
  return last?.device ?? 'unknown';
}

/** The models whose parameters an expression gives, through names, lists, filters and groups; null where other tensors may be among them. */
function modelsOf(program: TorchProgram, parameters: Located, depth = 0): Located[] | null {
  if (depth > 4) return null;
  const found: Located[] = [];
  for (const { module, node } of originsOf(program, parameters)) {
    const helper = node.kind() === 'call' ? program.definitionOf(module, node.field('function')) : null;
    if (helper?.node.kind() === 'function_definition') {
      const returned = owned(helper.module, helper.node, 'return_statement').flatMap((one) => parts(one)[0] ?? []).map((one) => (one.kind() === 'conditional_expression' ? null : modelsOf(program, { module: helper.module, node: one }, depth + 1)));
      if (returned.length === 0 || returned.includes(null)) return null;
      found.push(...returned.flatMap((list) => list ?? []));
      continue;
    }
    const calls = [node, ...all(node, 'call')].filter((call) => ['parameters', 'named_parameters'].includes(methodOf(call)?.method ?? ''));
    const names = node.kind() === 'identifier' ? [] : all(node, 'identifier').filter((id) => isParameters(module, id));
    const models = calls.flatMap((call) => methodOf(call)?.receiver ?? []).map((receiver) => ({ module, node: receiver }));
    const others = names.filter((id) => id.text() !== parameters.node.text());
    // `groups = [… for … in groups]` chooses of what it was before.
    if (models.length === 0 && others.length === 0 && names.length > 0) continue;
    const further = others.map((id) => modelsOf(program, { module, node: id }, depth + 1));
    if (further.includes(null) || (models.length === 0 && further.length === 0)) return null;
    found.push(...models, ...further.flatMap((list) => list ?? []));
  }
  return found.length === 0 ? null : found.filter((model, i) => found.findIndex((other) => other.module === model.module && other.node.text() === model.node.text()) === i);
}

/** A name in a list of groups that holds parameters: `decay` of `{'params': decay}` or `[*head, *body]`. */
function isParameters(module: PyModule, id: SgNode): boolean {
  const parent = id.parent();
  const isValue = (parent?.kind() === 'pair' && parent.field('value')?.id() === id.id() && /params/.test(parent.field('key')?.text() ?? '')) || parent?.kind() === 'list_splat' || (parent?.kind() === 'binary_operator' && parent.field('operator')?.text() === '+') || parent?.kind() === 'argument_list';
  // `[p for p in params if …]`, `[p for name, p in params.items()]`
  const listed = parent?.kind() === 'attribute' && ['items', 'values'].includes(parent.field('attribute')?.text() ?? '') ? parent.parent() : id;
  const isListed = listed !== null && listed?.parent()?.kind() === 'for_in_clause' && same(listed.parent()?.field('right') ?? null, listed);
  return (isValue || isListed) && module.pathOf(id) === null && module.uses(module.scopeOf(id), id.text()).some((use) => use.role === 'write' || use.role === 'declare');
}
