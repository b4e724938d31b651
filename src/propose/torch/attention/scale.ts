import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, parts, same } from '../../source/tree.js';
import { unwrapped } from '../call.js';
import { attributeValue } from '../models.js';
import type { PyModule } from '../module.js';
import type { ChainStep } from './chain.js';
import type { Product } from './product.js';

/** The `scale` to give: `default` where it is 1/sqrt of the size of a head for sure; null for a tensor, which it may not be. */
export function scaleOf(module: PyModule, steps: readonly ChainStep[], product: Product): { text: string } | 'default' | null {
  const scales = steps.filter((step) => step.kind === 'scale');
  const [only] = scales;
  if (only === undefined) return { text: '1.0' };
  if (scales.length > 1 || isTensor(module, only.factor)) return null;
  const { factor, divides } = only;
  const root = divides ? rootOf(module, factor) : inverseRootOf(module, factor);
  if (root !== null && isHeadSize(module, root, product)) return 'default';
  const text = factor.text();
  if (!divides) return { text };
  return { text: ['identifier', 'attribute', 'call', 'parenthesized_expression', 'integer', 'float'].includes(String(factor.kind())) ? `1.0 / ${text}` : `1.0 / (${text})` };
}

/** Whether the factor may be a tensor: made by `torch`, a parameter, or something that it cannot be seen to be a number. */
function isTensor(module: PyModule, factor: SgNode): boolean {
  const node = unwrapped(factor);
  if (node.kind() === 'attribute' && node.field('object')?.text() === 'self') {
    const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
    const value = owner === null ? null : attributeValue(owner, node.field('attribute')?.text() ?? '');
    return value === null || isTensor(module, value);
  }
  if (node.kind() === 'call') return !/^(?:math|numpy)\.\w+$/.test(module.pathOf(node.field('function')) ?? '') && !['float', 'int', 'size'].includes(node.field('function')?.text().split('.').at(-1) ?? '');
  if (node.kind() === 'identifier') {
    const values = module.names(module.scopeOf(node)).assignedValues(node.text());
    return values === null ? false : values.some((value) => value.kind() !== 'identifier' && isTensor(module, value));
  }
  if (node.kind() === 'binary_operator') return ['left', 'right'].some((side) => isTensor(module, node.field(side) as SgNode));
  return false;
}

/** `x` of `math.sqrt(x)` and `x ** 0.5`. */
function rootOf(module: PyModule, factor: SgNode): SgNode | null {
  const node = resolved(module, factor);
  if (node.kind() === 'call' && /^(?:math|numpy)\.sqrt$/.test(module.pathOf(node.field('function')) ?? '')) return parts(node.field('arguments') ?? node)[0] ?? null;
  return isPower(node, '0.5') ? node.field('left') : null;
}

/** `x` of `1 / math.sqrt(x)` and `x ** -0.5`. */
function inverseRootOf(module: PyModule, factor: SgNode): SgNode | null {
  const node = resolved(module, factor);
  if (isPower(node, '-0.5')) return node.field('left');
  const divided = node.kind() === 'binary_operator' && node.field('operator')?.text() === '/' && /^1(?:\.0*)?$/.test(node.field('left')?.text() ?? '');
  return divided ? rootOf(module, node.field('right') as SgNode) : null;
}

function isPower(node: SgNode, exponent: string): boolean {
  return node.kind() === 'binary_operator' && node.field('operator')?.text() === '**' && unwrapped(node.field('right') as SgNode).text() === exponent;
}

/** What the one assignment to a name in its function gives. */
function resolved(module: PyModule, given: SgNode): SgNode {
  const node = unwrapped(given);
  if (node.kind() !== 'identifier') return node;
  const values = module.names(module.scopeOf(node)).assignedValues(node.text());
  const [only] = values ?? [];
  return values?.length === 1 && only !== undefined && !same(only, node) ? unwrapped(only) : node;
}

/** `q.size(-1)`, `k.shape[-1]`, or a name for one of them: `B, H, T, D = q.shape`. */
function isHeadSize(module: PyModule, given: SgNode, { query, key }: Product): boolean {
  const node = resolved(module, given);
  const names = [query.text(), key.text()];
  if (names.some((name) => [`${name}.size(-1)`, `${name}.shape[-1]`, `${name}.size(3)`, `${name}.shape[3]`].includes(node.text()))) return true;
  if (node.kind() !== 'identifier') return false;
  const writes = module.uses(module.scopeOf(node), node.text()).filter((use) => use.role === 'write' || use.role === 'declare');
  const pattern = writes[0]?.node.parent();
  const from = pattern?.parent()?.field('right')?.text() ?? '';
  return writes.length === 1 && pattern?.kind() === 'pattern_list' && same(parts(pattern).at(-1) ?? null, writes[0]?.node ?? null) && names.some((name) => from === `${name}.shape` || from === `${name}.size()`);
}
