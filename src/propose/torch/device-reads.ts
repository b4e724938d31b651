import type { SgNode } from '@ast-grep/napi';
import { all, parts, same, within } from '../source/tree.js';
import { argument, methodOf, unwrapped } from './call.js';
import { isLossName } from './losses.js';
import type { PyModule } from './module.js';
import { useOf, type ReadUse } from './read-uses.js';
import { loopsAround, owned, statementOf } from './statements.js';

/** A place where a loop fetches a value from the device, so that the host waits. */
export interface DeviceRead {
  module: PyModule;
  loop: SgNode;
  /** `loss.item()`, `float(loss)`, or `loss` in a text that is printed. */
  node: SgNode;
  /** The tensor that is read: `loss`, `(pred == y).sum()`. */
  tensor: SgNode;
  statement: SgNode;
  use: ReadUse;
  /** Of a value that comes from another function: the tensor there, whose read is taken away there. */
  origin?: { module: PyModule; tensor: SgNode };
}

const readers = new Set(['item', 'tolist', 'cpu', 'numpy']);
const conversions = new Set(['float', 'int', 'bool']);
/** Methods of tensors that give one number, or a tensor. */
const tensorMethods = new Set(['sum', 'mean', 'max', 'min', 'norm', 'std', 'var', 'argmax', 'argmin', 'any', 'all', 'eq', 'ne', 'detach', 'abs', 'item', 'prod', 'median', 'squeeze', 'cpu']);

/** The reads of the loops in a scope, in source order. The outermost call of a chain counts: `x.cpu().numpy()` once. */
export function deviceReads(module: PyModule, scope: SgNode): DeviceRead[] {
  const nodes = [...owned(module, scope, 'call').filter((call) => isReader(module, call)), ...printedTensors(module, scope)];
  const outer = nodes.filter((node) => !nodes.some((other) => !same(other, node) && within(node, other) && chainOf(other).some((part) => same(part, node))));
  return outer.flatMap((node) => {
    const loop = loopsAround(module, node)[0];
    const tensor = tensorOf(module, node);
    if (loop === undefined || tensor === null || !isInBody(loop, node) || isArray(module, tensor)) return [];
    return [{ module, loop, node, tensor, statement: statementOf(node), use: useOf(module, node, loop) }];
  });
}

export function isReader(module: PyModule, call: SgNode): boolean {
  const method = methodOf(call);
  if (method !== null) {
    const given = parts(call.field('arguments') ?? call);
    if (method.method === 'to') return given.length > 0 && /^(?:torch\.device\()?['"]cpu['"]\)?$/.test(given[0]?.text() ?? '');
    return readers.has(method.method) && given.length === 0 && module.pathOf(method.receiver) === null;
  }
  const given = argument(call, '', 0);
  return conversions.has(call.field('function')?.text() ?? '') && (isLossName(module, given) || isTensorCall(module, given));
}

/** What is a tensor for sure when it is given to `float` or `int`: `(a == b).sum()`, `torch.mean(x)`. */
function isTensorCall(module: PyModule, given: SgNode | null): boolean {
  if (given?.kind() !== 'call') return false;
  const path = module.pathOf(given.field('function'));
  if (path !== null) return path.startsWith('torch.') && !/^torch\.(?:cuda|distributed|backends|utils|version)\b/.test(path);
  return tensorMethods.has(methodOf(given)?.method ?? '');
}

/** The calls and attributes that a chain of methods ends with: `x.cpu()` of `x.cpu().numpy()`; what a conversion is given. */
function chainOf(node: SgNode): SgNode[] {
  const found: SgNode[] = [];
  for (let at = innerOf(node); at !== null; at = innerOf(at)) found.push(at);
  return found;
}

function innerOf(node: SgNode): SgNode | null {
  const method = methodOf(node);
  if (method !== null) return method.receiver;
  return node.kind() === 'call' && conversions.has(node.field('function')?.text() ?? '') ? argument(node, '', 0) : null;
}

export function tensorOf(module: PyModule, node: SgNode): SgNode | null {
  if (node.kind() !== 'call') return node;
  const inner = innerOf(node);
  if (inner === null) return null;
  return inner.kind() === 'call' && (isReader(module, inner) || methodOf(inner)?.method === 'detach') ? tensorOf(module, inner) : inner;
}

/** Whether the expression goes through an array of numpy, which is on the host. */
function isArray(module: PyModule, tensor: SgNode): boolean {
  const node = unwrapped(tensor);
  if (module.pathOf(node)?.startsWith('numpy') === true) return true;
  if (node.kind() === 'call') return ['numpy', 'tolist'].includes(methodOf(node)?.method ?? '') || module.pathOf(node.field('function'))?.startsWith('numpy') === true || (methodOf(node) !== null && isArray(module, methodOf(node)?.receiver ?? node));
  if (node.kind() === 'binary_operator' || node.kind() === 'comparison_operator') return parts(node).some((part) => isArray(module, part));
  if (node.kind() === 'subscript') return isArray(module, node.field('value') ?? tensor.parent() ?? node);
  if (node.kind() !== 'identifier') return false;
  const values = module.names(module.scopeOf(node)).assignedValues(node.text());
  return values !== null && values.length > 0 && values.every((value) => value.kind() === 'call' && isArray(module, value));
}

/** Names of losses in `print(…)` and in texts that are formatted: these wait too. */
function printedTensors(module: PyModule, scope: SgNode): SgNode[] {
  return owned(module, scope, 'identifier').filter((id) => {
    const parent = id.parent();
    const isShown = parent?.kind() === 'interpolation' || (parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'print');
    return isShown && isLossName(module, id);
  });
}

/** In the part that runs once an iteration, not in what the loop goes over. */
function isInBody(loop: SgNode, node: SgNode): boolean {
  const body = loop.field('body');
  return body !== null && within(node, body);
}

/** Whether the tensor is a part of a batch as the loader gives it, on the host. */
export function isOnHost({ module, loop, tensor }: DeviceRead): boolean {
  const target = loop.field('left');
  if (target === null || tensor.kind() !== 'identifier') return false;
  // What a loop gets from a tensor of the device is there too.
  if (!/loader|dataset|batches|\bdl\b|_dl\b/i.test(loop.field('right')?.text() ?? '') && loop.field('right')?.kind() !== 'identifier') return false;
  const names = all(target, 'identifier').concat(target.kind() === 'identifier' ? [target] : []).map((id) => id.text());
  const writes = module.names(module.scopeOf(tensor)).uses(tensor.text()).filter((use) => use.role === 'write');
  return names.includes(tensor.text()) && writes.every((use) => within(use.node, target));
}
