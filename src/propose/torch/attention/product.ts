import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../../source/tree.js';
import { methodOf, unwrapped } from '../call.js';
import type { PyModule } from '../module.js';

/** `query @ key.transpose(-2, -1)`. */
export interface Product {
  node: SgNode;
  query: SgNode;
  key: SgNode;
  /** Whether there is no dimension of heads for sure. */
  is3d: boolean;
  /** Whether heads stand behind positions, so that both have to change places: `bqhd,bkhd->bhqk`. */
  headsLast: boolean;
}

/** The product of queries and keys that an expression is; null for any other. */
export function productOf(module: PyModule, node: SgNode): Product | null {
  const sides = matrixProduct(module, node);
  if (sides !== null) {
    const key = untransposed(module, sides.right);
    return key === null ? null : { node, query: sides.left, key: key.node, is3d: sides.is3d || key.is3d, headsLast: false };
  }
  const sum = einsum(module, node);
  // 'bhqd,bhkd->bhqk'
  const letters = sum === null ? null : /^(\w*)(\w)(\w),\1(\w)\3->\1\2\4$/.exec(sum.spec);
  if (sum === null) return null;
  if (letters !== null && new Set(letters[0].replaceAll(/\W/g, '')).size === (letters[1]?.length ?? 0) + 3) return { node, query: sum.first, key: sum.second, is3d: letters[1]?.length === 1, headsLast: false };
  const behind = /^(\w)(\w)(\w)(\w),\1(\w)\3\4->\1\3\2\5$/.exec(sum.spec);
  return behind !== null && new Set(behind.slice(1)).size === 5 ? { node, query: sum.first, key: sum.second, is3d: false, headsLast: true } : null;
}

/** `weights @ value`: the value; null where the node is no product of the weights from the left. `headsLast` as in `Product`. */
export function valueOf(module: PyModule, node: SgNode, isWeights: (side: SgNode) => boolean): { value: SgNode; headsLast: boolean } | null {
  const sides = matrixProduct(module, node);
  if (sides !== null) return isWeights(sides.left) ? { value: sides.right, headsLast: false } : null;
  const sum = einsum(module, node);
  // 'bhqk,bhkd->bhqd'
  if (sum === null || !isWeights(sum.first)) return null;
  if (/^(\w*)(\w)(\w),\1\3(\w)->\1\2\4$/.test(sum.spec)) return { value: sum.second, headsLast: false };
  // 'bhqk,bkhd->bqhd'
  return /^(\w)(\w)(\w)(\w),\1\4\2(\w)->\1\3\2\5$/.test(sum.spec) ? { value: sum.second, headsLast: true } : null;
}

function matrixProduct(module: PyModule, node: SgNode): { left: SgNode; right: SgNode; is3d: boolean } | null {
  if (node.kind() === 'binary_operator' && node.field('operator')?.text() === '@') return { left: unwrapped(node.field('left') as SgNode), right: unwrapped(node.field('right') as SgNode), is3d: false };
  if (node.kind() !== 'call') return null;
  const path = module.pathOf(node.field('function'));
  const given = parts(node.field('arguments') ?? node).map(unwrapped);
  const [first, second] = given;
  if (path === 'torch.matmul' || path === 'torch.bmm') return first === undefined || second === undefined || given.length !== 2 ? null : { left: first, right: second, is3d: path === 'torch.bmm' };
  const method = path === null ? methodOf(node) : null;
  return method === null || !['matmul', 'bmm'].includes(method.method) || first === undefined ? null : { left: unwrapped(method.receiver), right: first, is3d: method.method === 'bmm' };
}

/** `k` of `k.transpose(-2, -1)`: the last two dimensions change places. */
function untransposed(module: PyModule, node: SgNode): { node: SgNode; is3d: boolean } | null {
  const found = (inner: SgNode | null, is3d: boolean): { node: SgNode; is3d: boolean } | null => (inner === null ? null : { node: inner, is3d });
  if (node.kind() === 'attribute') return node.field('attribute')?.text() === 'mT' ? found(node.field('object'), false) : null;
  const path = module.pathOf(node.field('function'));
  const given = parts(node.field('arguments') ?? node).map((argument) => argument.text());
  const method = path === null ? methodOf(node) : null;
  const places = (path === 'torch.transpose' ? given.slice(1) : given).join(' ');
  if (method?.method === 'transpose' || path === 'torch.transpose') {
    // The last two of three: with heads in front of positions it would be no product.
    const is3d = ['1 2', '2 1'].includes(places);
    const isLast = is3d || ['-2 -1', '-1 -2', '2 3', '3 2'].includes(places);
    return isLast ? found(method?.receiver ?? parts(node.field('arguments') ?? node)[0] ?? null, is3d) : null;
  }
  return method?.method === 'permute' && ['0 1 3 2', '0 2 1'].includes(places) ? found(method.receiver, places === '0 2 1') : null;
}

function einsum(module: PyModule, node: SgNode): { spec: string; first: SgNode; second: SgNode } | null {
  if (node.kind() !== 'call' || module.pathOf(node.field('function')) !== 'torch.einsum') return null;
  // The tensors may stand in a list.
  const [spec, first, second, ...more] = parts(node.field('arguments') ?? node).flatMap((one) => (one.kind() === 'list' || one.kind() === 'tuple' ? parts(one) : [one]));
  if (spec?.kind() !== 'string' || first === undefined || second === undefined || more.length > 0 || all(spec, 'interpolation').length > 0) return null;
  return { spec: spec.text().slice(1, -1).replaceAll(/\s/g, ''), first, second };
}
