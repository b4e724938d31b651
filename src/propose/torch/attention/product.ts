import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../../source/tree.js';
import { methodOf, unwrapped } from '../call.js';
import type { PyModule } from '../module.js';

/** `query @ key.transpose(-2, -1)`. */
export interface Product {
  node: SgNode;
  query: SgNode;
  key: SgNode;
}

/** The product of queries and keys that an expression is; null for any other. */
export function productOf(module: PyModule, node: SgNode): Product | null {
  const sides = matrixProduct(module, node);
  if (sides !== null) {
    const key = untransposed(module, sides.right, sides.is3d);
    return key === null ? null : { node, query: sides.left, key };
  }
  const sum = einsum(module, node);
  // 'bhqd,bhkd->bhqk'
  const letters = sum === null ? null : /^(\w*)(\w)(\w),\1(\w)\3->\1\2\4$/.exec(sum.spec);
  return sum === null || letters === null || new Set(letters[0].replace(/\W/g, '')).size !== (letters[1]?.length ?? 0) + 3 ? null : { node, query: sum.first, key: sum.second };
}

/** `weights @ value`: the value; null where the node is no product of the weights from the left. */
export function valueOf(module: PyModule, node: SgNode, isWeights: (side: SgNode) => boolean): SgNode | null {
  const sides = matrixProduct(module, node);
  if (sides !== null) return isWeights(sides.left) ? sides.right : null;
  const sum = einsum(module, node);
  // 'bhqk,bhkd->bhqd'
  return sum !== null && isWeights(sum.first) && /^(\w*)(\w)(\w),\1\3(\w)->\1\2\4$/.test(sum.spec) ? sum.second : null;
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
function untransposed(module: PyModule, node: SgNode, is3d: boolean): SgNode | null {
  if (node.kind() === 'attribute') return node.field('attribute')?.text() === 'mT' ? node.field('object') : null;
  const path = module.pathOf(node.field('function'));
  const given = parts(node.field('arguments') ?? node).map((argument) => argument.text());
  const method = path === null ? methodOf(node) : null;
  const places = (path === 'torch.transpose' ? given.slice(1) : given).join(' ');
  if (method?.method === 'transpose' || path === 'torch.transpose') {
    const isLast = ['-2 -1', '-1 -2', '2 3', '3 2', ...(is3d ? ['1 2', '2 1'] : [])].includes(places);
    return isLast ? (method?.receiver ?? parts(node.field('arguments') ?? node)[0] ?? null) : null;
  }
  return method?.method === 'permute' && ['0 1 3 2', '0 2 1'].includes(places) ? method.receiver : null;
}

function einsum(module: PyModule, node: SgNode): { spec: string; first: SgNode; second: SgNode } | null {
  if (node.kind() !== 'call' || module.pathOf(node.field('function')) !== 'torch.einsum') return null;
  const [spec, first, second, ...more] = parts(node.field('arguments') ?? node);
  if (spec?.kind() !== 'string' || first === undefined || second === undefined || more.length > 0 || all(spec, 'interpolation').length > 0) return null;
  return { spec: spec.text().slice(1, -1).replaceAll(/\s/g, ''), first, second };
}
