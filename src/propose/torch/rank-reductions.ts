import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import { argument, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';

/** An expression that reduces a list of tensors, one of each rank. */
export interface RankReduction {
  node: SgNode;
  kind: 'mean' | 'sum' | 'MAX' | 'MIN';
  /** What is still to be done to the tensor that is reduced over the ranks: `.mean()` over its elements. */
  rest: string;
}

/** The reduction that all uses of the list together are; null for any other use. */
export function reductionOver(module: PyModule, uses: readonly SgNode[]): RankReduction | null {
  const [use, second, ...more] = uses;
  if (use === undefined || more.length > 0) return null;
  if (second !== undefined) return byLength(use, second);
  const call = callAround(use);
  if (call === null) return null;
  const name = call.field('function')?.text() ?? '';
  if (parts(call.field('arguments') ?? call).length === 1 && ['sum', 'max', 'min'].includes(name)) return name === 'sum' ? { node: call, kind: 'sum', rest: '' } : null;
  const joined = joining(module, call);
  return joined === null ? null : reductionOf(module, call, joined);
}

/** `sum(parts) / len(parts)` */
function byLength(first: SgNode, second: SgNode): RankReduction | null {
  const [sum, length] = [callAround(first), callAround(second)];
  const whole = sum?.parent();
  const isMean = sum?.field('function')?.text() === 'sum' && length?.field('function')?.text() === 'len' && whole?.kind() === 'binary_operator' && whole.field('operator')?.text() === '/' && same(whole.field('right'), length);
  return isMean && whole !== null && whole !== undefined ? { node: whole, kind: 'mean', rest: '' } : null;
}

/** `torch.stack(parts)` along the first dimension, or `torch.cat(parts)`. */
function joining(module: PyModule, call: SgNode): 'stack' | 'cat' | null {
  const path = module.pathOf(call.field('function'));
  const dim = argument(call, 'dim', 1)?.text() ?? '0';
  if (dim !== '0') return null;
  return path === 'torch.stack' ? 'stack' : path === 'torch.cat' || path === 'torch.concat' ? 'cat' : null;
}

/** `x.mean(dim=0)`, `torch.sum(x, 0)`, `x.float().mean()` of the joined tensor. */
function reductionOf(module: PyModule, joined: SgNode, how: 'stack' | 'cat'): RankReduction | null {
  const outer = callAround(joined) ?? (joined.parent()?.kind() === 'attribute' ? (joined.parent()?.parent() ?? null) : null);
  if (outer?.kind() !== 'call') return null;
  const method = methodOf(outer);
  const path = module.pathOf(outer.field('function'));
  if (method?.method === 'float' && same(method.receiver, joined)) return reductionOf(module, outer, how);
  const isMethod = method !== null && path === null && same(unwrapped(method.receiver), joined);
  const name = isMethod ? method.method : (/^torch\.(\w+)$/.exec(path ?? '')?.[1] ?? '');
  const given = parts(outer.field('arguments') ?? outer).slice(isMethod ? 0 : 1).map((node) => node.text().replace(/^(?:dim|axis)=/, ''));
  const [dim, ...more] = given;
  const kind = ({ mean: 'mean', sum: 'sum', max: 'MAX', amax: 'MAX', min: 'MIN', amin: 'MIN' } as const)[name];
  if (kind === undefined || more.length > 0 || (dim !== undefined && dim !== '0')) return null;
  const plain = name.replace(/^a(?=max|min)/, '');
  // Over all elements; `max(0)` gives places too.
  if (dim === undefined) return { node: outer, kind, rest: `.${plain}()` };
  if (name === 'max' || name === 'min') return null;
  return { node: outer, kind, rest: how === 'stack' ? '' : `.${name}(0)` };
}

/** The call that a node is an argument of. */
function callAround(node: SgNode): SgNode | null {
  const list = node.parent();
  return list?.kind() === 'argument_list' ? list.parent() : null;
}
