import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts } from '../../source/tree.js';
import { methodOf, unwrapped } from '../call.js';
import type { PyModule } from '../module.js';
import { isAttributeMutated, isNameMutated } from '../mutation.js';
import { spelled } from '../names-in-scope.js';
import type { ChainStep } from './chain.js';
import type { Product } from './product.js';

/** The arguments `attn_mask` and `is_causal` that do what the steps do; a reason where none does. */
export type MaskArguments = { mask: string | null; causal: boolean; reason: null } | { reason: string };

export function maskOf(module: PyModule, steps: readonly ChainStep[], product: Product): MaskArguments {
  const masks = steps.filter((step) => step.kind !== 'scale');
  const [only] = masks;
  if (only === undefined) return { mask: null, causal: false, reason: null };
  if (masks.length > 1) return together(masks);
  // A scale behind the mask would scale the mask too; what is filled stays far below all others.
  if (steps.at(-1) !== only && only.kind === 'add') return { reason: 'The scores are scaled behind the mask.' };
  const found = only.kind === 'add' ? { mask: `${operand(only.mask)}.to(${operand(product.query)}.dtype)`, tested: only.mask } : filled(module, only, product);
  if ('causal' in found) return only.only === null ? { mask: null, causal: true, reason: null } : { reason: `The causal mask is applied only where \`${only.only.text()}\` holds.` };
  if ('reason' in found) return found;
  if (only.only === null) return { mask: found.mask, causal: false, reason: null };
  const name = /^(\w+) is not None$/.exec(only.only.text())?.[1];
  if (name === undefined || !new RegExp(`\\b${name}\\b`).test(found.tested.text())) return { reason: `The mask is applied only where \`${only.only.text()}\` holds.` };
  return { mask: `None if ${name} is None else ${found.mask}`, causal: false, reason: null };
}

/** Several boolean masks: a score stays where all of them keep it. */
function together(masks: readonly ChainStep[]): MaskArguments {
  const kept = masks.map((step) => (step.kind === 'fill' && step.only === null && fillKind(step.value) === 'infinite' ? (step.keeps ? step.condition.text() : negated(step.condition)) : null));
  if (kept.includes(null)) return { reason: 'Several masks are applied one after the other.' };
  return { mask: kept.map((text) => (/^~?[\w.]+(?:\[[^\]]*\])?$/.test(text ?? '') ? text : `(${text ?? ''})`)).join(' & '), causal: false, reason: null };
}

function filled(module: PyModule, { condition, value, keeps }: ChainStep & { kind: 'fill' }, product: Product): { mask: string; tested: SgNode } | { causal: true } | { reason: string } {
  const kind = fillKind(value);
  if (kind === null) return { reason: `Masked scores are set to \`${value.text()}\`, which does not take their weights away.` };
  const { mask, dropped } = droppedBy(condition, keeps);
  const triangle = triangleOf(module, mask);
  if (triangle !== null && (triangle === 'lower') === !dropped) return { causal: true };
  if (kind === 'finite') {
    // A row that is masked as a whole has equal weights then, not NaN.
    const fills = keeps ? negated(condition) : condition.text();
    return { mask: `${spelled(module, 'torch.zeros_like').text}(${mask.text()}, dtype=${operand(product.query)}.dtype).masked_fill(${fills}, ${value.text().replace(/finfo\(\w+\.dtype\)/, `finfo(${operand(product.query)}.dtype)`)})`, tested: mask };
  }
  if (keeps) return { mask: condition.text(), tested: mask };
  return { mask: negated(condition), tested: mask };
}

/** `-inf`, or so small that the weight is 0 in every precision. */
function fillKind(value: SgNode): 'infinite' | 'finite' | null {
  const text = value.text().replaceAll(/\s/g, '');
  if (/^-?float\(['"]-?inf(?:inity)?['"]\)$/i.test(text) && text.includes('-')) return 'infinite';
  if (/^-(?:torch|math|np|numpy)\.inf$/.test(text)) return 'infinite';
  if (/^(?:torch\.finfo\(.+\)\.min|-torch\.finfo\(.+\)\.max)$/.test(text)) return 'finite';
  const size = Number(text.replace(/^float\(['"](.*)['"]\)$/, '$1'));
  return size <= -1e8 ? 'finite' : null;
}

/** The mask that a condition asks, and whether its true or non-zero elements are dropped. */
function droppedBy(condition: SgNode, keeps: boolean): { mask: SgNode; dropped: boolean } {
  const node = unwrapped(condition);
  if (node.kind() === 'comparison_operator' && /==\s*(?:0|False)$/.test(node.text())) return { mask: parts(node)[0] ?? node, dropped: keeps };
  if (node.kind() === 'comparison_operator' && /==\s*(?:1|True)$/.test(node.text())) return { mask: parts(node)[0] ?? node, dropped: !keeps };
  if (node.kind() === 'unary_operator' && node.text().startsWith('~')) return { mask: unwrapped(node.field('argument') ?? node), dropped: keeps };
  return { mask: node, dropped: !keeps };
}

function negated(condition: SgNode): string {
  const node = unwrapped(condition);
  if (node.kind() === 'comparison_operator' && /==\s*\w+$/.test(node.text())) return node.text().replace(/==(\s*\w+)$/, '!=$1');
  if (node.kind() === 'unary_operator' && node.text().startsWith('~')) return unwrapped(node.field('argument') ?? node).text();
  return `~${operand(node)}`;
}

/**
 * Whether a mask is a triangle of ones over as many queries as keys: `lower` with its diagonal, or `upper` without it. A slice
 * `[:, :, :T, :T]` of a buffer, or made in the function from one size: since it fits the scores, both sides have that size.
 * What changes after it was made is none.
 */
function triangleOf(module: PyModule, mask: SgNode, depth = 0): 'lower' | 'upper' | null {
  const node = unwrapped(mask);
  if (depth > 4) return null;
  if (node.kind() === 'subscript') {
    const slices = parts(node).slice(1).map((slice) => slice.text().replaceAll(/\s/g, ''));
    const [last, other] = [slices.at(-1), slices.at(-2)];
    const isSquare = last !== undefined && last === other && /^:\w/.test(last) && slices.slice(0, -2).every((slice) => slice === ':' || slice === 'None' || slice === '...');
    return isSquare ? triangleOf(module, node.field('value') ?? node, depth + 1) : null;
  }
  if (node.kind() === 'attribute' && node.field('object')?.text() === 'self') {
    const made = bufferValue(node);
    return made === null || isAttributeMutated(module, node) ? null : triangleOf(module, made, depth + 1);
  }
  if (node.kind() === 'identifier') {
    const values = module.names(module.scopeOf(node)).assignedValues(node.text());
    const [only] = values ?? [];
    return values?.length === 1 && only !== undefined && only.kind() !== 'identifier' && !isNameMutated(module, node) ? triangleOf(module, only, depth + 1) : null;
  }
  if (node.kind() === 'comparison_operator') return /==\s*1$/.test(node.text()) ? triangleOf(module, parts(node)[0] ?? node, depth + 1) : null;
  if (node.kind() !== 'call') return null;
  const path = module.pathOf(node.field('function'));
  const given = parts(node.field('arguments') ?? node);
  if (path === 'torch.tril') return given.length === 1 && isSquareOfOnes(module, given[0] as SgNode) ? 'lower' : null;
  if (path === 'torch.triu') return given.length === 2 && /^(?:diagonal\s*=\s*)?1$/.test(given[1]?.text() ?? '') && isSquareOfOnes(module, given[0] as SgNode) ? 'upper' : null;
  const method = path === null ? methodOf(node) : null;
  if (method?.method === 'tril' && given.length === 0) return isSquareOfOnes(module, method.receiver) ? 'lower' : null;
  if (method?.method === 'triu' && /^(?:diagonal\s*=\s*)?1$/.test(given[0]?.text() ?? '')) return isSquareOfOnes(module, method.receiver) ? 'upper' : null;
  return method !== null && ['view', 'bool', 'to', 'reshape', 'unsqueeze', 'expand', 'cuda', 'type'].includes(method.method) ? triangleOf(module, method.receiver, depth + 1) : null;
}

/** `torch.ones(n, n)`, with whatever type and device. */
function isSquareOfOnes(module: PyModule, node: SgNode): boolean {
  if (node.kind() !== 'call' || module.pathOf(node.field('function')) !== 'torch.ones') return false;
  const sizes = parts(node.field('arguments') ?? node).filter((argument) => argument.kind() !== 'keyword_argument');
  const [first, second] = sizes.length === 1 && sizes[0]?.kind() === 'tuple' ? parts(sizes[0]) : sizes;
  return first !== undefined && first.text() === second?.text();
}

/** What the class registers as its buffer of that name, or assigns to the attribute, once. */
function bufferValue(attribute: SgNode): SgNode | null {
  const owner = ancestorWhere(attribute, (at) => at.kind() === 'class_definition');
  const name = attribute.field('attribute')?.text() ?? '';
  if (owner === null) return null;
  const registered = all(owner, 'call').filter((call) => methodOf(call)?.method === 'register_buffer' && parts(call.field('arguments') ?? call)[0]?.text().slice(1, -1) === name).flatMap((call) => parts(call.field('arguments') ?? call)[1] ?? []);
  const assigned = all(owner, 'assignment').filter((node) => node.field('left')?.text() === `self.${name}`).flatMap((node) => node.field('right') ?? []);
  const values = [...registered, ...assigned];
  return values.length === 1 ? (values[0] ?? null) : null;
}

/** In parentheses where a method call or `~` would bind closer. */
function operand(node: SgNode): string {
  return ['identifier', 'attribute', 'call', 'subscript', 'parenthesized_expression'].includes(String(node.kind())) ? node.text() : `(${node.text()})`;
}
