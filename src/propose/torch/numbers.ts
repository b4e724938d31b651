import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';

/** The number that a sum begins with in the scope of its name, a float where any is one; null where that cannot be seen. */
export function initialNumber(module: PyModule, name: SgNode): SgNode | null {
  const values: SgNode[] = [];
  for (const use of module.uses(module.scopeOf(name), name.text())) {
    if (use.role === 'declare') return null;
    if (use.role === 'write' && !use.deferred && use.node.parent()?.kind() !== 'augmented_assignment') values.push(initialOf(use.node));
  }
  if (values.length === 0 || values.some((value) => value.kind() !== 'integer' && value.kind() !== 'float')) return null;
  return values.find((value) => value.kind() === 'float') ?? values[0] ?? null;
}

/** `0` for `a` of `a = 0`, `a = b = 0` and `a, b = 0, 0`; the name itself where it is anything else. */
export function initialOf(id: SgNode): SgNode {
  const parent = id.parent();
  if (parent?.kind() === 'assignment') {
    let right = parent.field('right');
    while (right?.kind() === 'assignment') right = right.field('right');
    return right ?? id;
  }
  const assignment = parent?.parent();
  const right = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
  const place = parent === null ? -1 : parts(parent).findIndex((child) => same(child, id));
  return (right === null || right === undefined ? undefined : parts(right)[place]) ?? id;
}

/** Whether a tensor is how many elements of a comparison hold: a whole number for sure. */
export function isCount(module: PyModule, tensor: SgNode): boolean {
  const inner = unwrapped(tensor);
  const call = methodOf(inner);
  if (inner.kind() === 'identifier') return isOnly(module, inner, (value) => isCount(module, value));
  if (call !== null && module.pathOf(call.receiver) === null) {
    if (call.method === 'item' || call.method === 'detach') return isCount(module, call.receiver);
    return call.method === 'sum' && isComparison(module, call.receiver);
  }
  return inner.kind() === 'call' && module.pathOf(inner.field('function')) === 'torch.sum' && isComparison(module, parts(inner.field('arguments') ?? inner)[0] ?? inner);
}

function isComparison(module: PyModule, node: SgNode): boolean {
  const inner = unwrapped(node);
  const path = inner.kind() === 'call' ? module.pathOf(inner.field('function')) : null;
  if (path !== null) return /^torch\.(?:eq|ne|gt|lt|ge|le|isnan|isinf|isfinite|isclose|logical_\w+)$/.test(path);
  if (inner.kind() === 'comparison_operator') return true;
  // `(a == 1) & (b == 1)`, `~(a == 1)`
  if (inner.kind() === 'binary_operator' && ['&', '|', '^'].includes(inner.field('operator')?.text() ?? '')) return [inner.field('left'), inner.field('right')].every((side) => side !== null && isComparison(module, side));
  if (inner.kind() === 'unary_operator' && inner.field('operator')?.text() === '~') return isComparison(module, inner.field('argument') ?? inner.namedChildren()[0] ?? inner.child(0) ?? inner);
  const method = methodOf(inner);
  if (method !== null && ['cpu', 'detach', 'view', 'flatten', 'squeeze', 'reshape'].includes(method.method)) return isComparison(module, method.receiver);
  if (['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'bool', 'isnan', 'isfinite', 'logical_and', 'logical_or', 'logical_not'].includes(methodOf(inner)?.method ?? '')) return true;
  return inner.kind() === 'identifier' && isOnly(module, inner, (value) => isComparison(module, value));
}

/** Whether the one assignment to the name in its function gives such a value. */
function isOnly(module: PyModule, id: SgNode, test: (value: SgNode) => boolean): boolean {
  const values = module.names(module.scopeOf(id)).assignedValues(id.text());
  return values !== null && values.length === 1 && values.every((value) => value.kind() !== 'identifier' && test(value));
}
