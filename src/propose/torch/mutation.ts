import type { SgNode } from '@ast-grep/napi';
import { all, same } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';

/** Methods of other tensors that only read what they are given. */
const reading = new Set(['masked_fill', 'masked_fill_', 'where', 'logical_and', 'logical_or', 'register_buffer', 'scale', 'backward']);
const readingFunctions = new Set(['float', 'int', 'print', 'len']);
/** What is no tensor, or nothing. */
const plain = new Set(['item', 'tolist', 'shape', 'size', 'dim', 'numel', 'dtype', 'device', 'backward']);

/** Whether a use of the name other than this one may change its tensor in place, also through a view or in another function. */
export function isNameMutated(module: PyModule, id: SgNode): boolean {
  return module.uses(module.scopeOf(id), id.text()).some((use) => use.role === 'foreign' || (use.role === 'write' ? use.node.parent()?.kind() === 'augmented_assignment' : !same(use.node, id) && mayMutate(module, use.node)));
}

/** Whether the file may change the tensor of an attribute of that name in place, or replace it from outside. */
export function isAttributeMutated(module: PyModule, attribute: SgNode): boolean {
  const name = attribute.field('attribute')?.text();
  return all(module.root, 'attribute').some((node) => {
    if (node.field('attribute')?.text() !== name || same(node, attribute)) return false;
    const parent = node.parent();
    if (parent?.kind() === 'assignment' && same(parent.field('left'), node)) return node.field('object')?.text() !== 'self';
    return mayMutate(module, node);
  });
}

/** Whether a use of a tensor may change it in place, or hand it on to what may: `x[…] = y`, `x.fill_(y)`, `x &= y`, `out=x`, `y = x[0]`, `f(x)`. */
export function mayMutate(module: PyModule, from: SgNode): boolean {
  let node = from;
  for (let parent = node.parent(); parent !== null && continuesChain(parent, node); node = parent, parent = parent.parent()) {
    if (parent.kind() === 'attribute' && plain.has(parent.field('attribute')?.text() ?? '')) return false;
    if (parent.kind() === 'attribute' && /[a-z\d]_$/.test(parent.field('attribute')?.text() ?? '')) return true;
  }
  const parent = node.parent();
  if (parent?.kind() === 'keyword_argument' && parent.field('name')?.text() === 'out') return true;
  if (parent?.kind() === 'augmented_assignment') return same(parent.field('left'), node);
  if (parent?.kind() === 'assignment') return true;
  const call = parent?.kind() === 'argument_list' ? parent.parent() : null;
  if (call === null) return false;
  const path = module.pathOf(call.field('function'));
  if (readingFunctions.has(call.field('function')?.text() ?? '')) return false;
  return path === null ? !reading.has(methodOf(call)?.method ?? '') : !path.startsWith('torch.') || path.endsWith('_');
}

/** `x.a`, `x[…]` and `x.a(…)` of `x`. */
function continuesChain(parent: SgNode, node: SgNode): boolean {
  const field = { attribute: 'object', subscript: 'value', call: 'function' }[String(parent.kind())];
  return field !== undefined && same(parent.field(field), node);
}
