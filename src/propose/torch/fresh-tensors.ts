import type { SgNode } from '@ast-grep/napi';
import { unwrapped, methodOf } from './call.js';
import { isLossCall } from './losses.js';
import type { PyModule } from './module.js';
import { isNameMutated } from './mutation.js';

/** Methods whose result shares no memory with the tensor. */
const computing = new Set(['sum', 'mean', 'std', 'var', 'norm', 'max', 'min', 'amax', 'amin', 'argmax', 'argmin', 'prod', 'median', 'any', 'all', 'exp', 'log', 'sqrt', 'abs', 'square', 'clone']);
const computingPaths = /^torch\.(?:linalg\.\w+|nn\.utils\.clip_grad_norm_|sum|mean|std|var|norm|max|min|amax|amin|argmax|argmin|prod|median|any|all|exp|log|sqrt|abs|square|clone)$/;

/** Whether a tensor is computed anew each time and never changes: a name for it keeps its value. */
export function isFresh(module: PyModule, tensor: SgNode, depth = 0): boolean {
  const node = unwrapped(tensor);
  if (['binary_operator', 'comparison_operator', 'unary_operator'].includes(String(node.kind()))) return true;
  if (node.kind() === 'identifier') {
    const values = depth > 3 ? null : module.names(module.scopeOf(node)).assignedValues(node.text());
    return values !== null && values.length > 0 && values.every((value) => value.kind() !== 'identifier' && isFresh(module, value, depth + 1)) && !isNameMutated(module, node);
  }
  if (node.kind() !== 'call') return false;
  const path = module.pathOf(node.field('function'));
  return path === null ? isLossCall(module, node) || computing.has(methodOf(node)?.method ?? '') : isLossCall(module, node) || computingPaths.test(path);
}
