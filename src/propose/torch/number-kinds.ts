import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import { methodDefinition } from './callers.js';
import { isLossCall, isLossName } from './losses.js';
import type { PyModule } from './module.js';
import { isCount } from './numbers.js';
import type { TorchProgram } from './program.js';

/** What a tensor of one element is as a number: a fraction, or whole for sure. */
export type NumberKind = 'float' | 'count';

/** Methods and functions whose result has a fraction, whatever they are given. */
const fractions = new Set(['mean', 'std', 'var', 'norm', 'softmax', 'log_softmax', 'logsumexp', 'exp', 'log', 'log10', 'sqrt', 'rsqrt', 'sigmoid', 'tanh', 'float', 'double', 'half', 'dist', 'cosine_similarity', 'pairwise_distance', 'normalize', 'nanmean', 'vector_norm', 'matrix_norm', 'clip_grad_norm_', 'cdist']);
/** Those whose result has one where what they are given has. */
const keeping = new Set(['sum', 'max', 'min', 'amax', 'amin', 'abs', 'pow', 'square', 'detach', 'clone', 'item', 'cpu', 'clamp', 'clamp_min', 'clamp_max', 'median', 'squeeze', 'view', 'reshape', 'prod', 'neg', 'relu', 'to', 'cuda', 'contiguous', 'flatten']);
/** What code calls its losses and rates. */
const fractionNames = /(?:^|_)(?:loss(?:es)?|err|error|prec|precision|recall|f1|auc|frac|clipfrac|ratio|variance|std|mean|avg|gnorm|penalty|advantage|nll|ce|bce|kl|kld|mse|mae|rmse|psnr|ssim|ppl|perplexity|entropy|reward|acc|accuracy|iou|dice|norm|elbo|objective|cost)\d*(?:_|$)|loss|^err[A-Z]|Loss/;
const deepest = 5;

/** What the text tells of a number; null where it cannot be seen. */
export function numberKind(program: TorchProgram, module: PyModule, tensor: SgNode, depth = 0): NumberKind | null {
  if (isCount(module, tensor) || isTruth(module, tensor)) return 'count';
  return isFraction(program, module, tensor, depth) ? 'float' : null;
}

/** Whether a number has a fraction for sure, as `float` of it has. */
export function isFirm(program: TorchProgram, module: PyModule, tensor: SgNode): boolean {
  return numberKind(program, module, tensor) === 'float';
}

function isFraction(program: TorchProgram, module: PyModule, tensor: SgNode, depth: number): boolean {
  const node = unwrapped(tensor);
  const isToo = (inner: SgNode | null | undefined): boolean => inner !== null && inner !== undefined && depth < deepest && isFraction(program, module, inner, depth + 1);
  switch (String(node.kind())) {
    case 'float':
      return true;
    case 'unary_operator':
      return isToo(node.field('argument'));
    case 'binary_operator':
      return node.field('operator')?.text() === '/' || isToo(node.field('left')) || isToo(node.field('right'));
    case 'attribute':
      return node.field('attribute')?.text() === 'data' ? isToo(node.field('object')) : fractionNames.test(node.field('attribute')?.text() ?? '');
    case 'subscript':
      return fractionNames.test(textOfKey(node)) || isToo(node.field('value'));
    case 'identifier':
      return isLossName(module, node) || fractionNames.test(node.text()) || valuesOf(module, node).some((value) => isToo(value));
    case 'call':
      return isFractionCall(program, module, node, depth);
    default:
      return false;
  }
}

function isFractionCall(program: TorchProgram, module: PyModule, call: SgNode, depth: number): boolean {
  if (isLossCall(module, call)) return true;
  const callee = call.field('function');
  const path = module.pathOf(callee);
  const method = methodOf(call);
  const name = path === null ? (method?.method ?? callee?.text() ?? '') : (path.split('.').at(-1) ?? '');
  const given = path === null && method !== null ? method.receiver : parts(call.field('arguments') ?? call)[0];
  const isOfTorch = path === null ? method !== null : path.startsWith('torch.');
  if (isOfTorch && fractions.has(name)) return true;
  if (isOfTorch && keeping.has(name)) return given !== undefined && depth < deepest && isFraction(program, module, given, depth + 1);
  const definition = callee === null ? null : (program.definitionOf(module, callee) ?? (callee.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null));
  if (definition !== null && definition.node.kind() === 'function_definition' && depth < deepest) return returnsOf(definition.node).some((value) => isFraction(program, definition.module, value, depth + 1));
  return fractionNames.test(name);
}

/** What the returns of a function give, those of functions in it left out. */
export function returnsOf(fn: SgNode): SgNode[] {
  return all(fn, 'return_statement')
    .filter((node) => ancestorWhere(node, (at) => at.kind() === 'function_definition')?.id() === fn.id())
    .flatMap((node) => parts(node)[0] ?? []);
}

/** A comparison that is read as true or false, or counts as one or zero. */
export function isTruth(module: PyModule, tensor: SgNode): boolean {
  const node = unwrapped(tensor);
  if (node.kind() === 'comparison_operator') return true;
  const path = node.kind() === 'call' ? module.pathOf(node.field('function')) : null;
  if (path !== null) return /^torch\.(?:isnan|isinf|isfinite|any|all|equal|allclose)$/.test(path);
  return node.kind() === 'call' && module.pathOf(node.field('function')) === null && ['any', 'all', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'isnan', 'isinf', 'isfinite'].includes(methodOf(node)?.method ?? '');
}

function valuesOf(module: PyModule, id: SgNode): SgNode[] {
  return module.names(module.scopeOf(id)).assignedValues(id.text())?.filter((value) => value.kind() !== 'identifier') ?? [];
}

/** `loss` of `losses['loss']`. */
function textOfKey(node: SgNode): string {
  return node.field('subscript')?.text().replace(/['"]/g, '') ?? '';
}
