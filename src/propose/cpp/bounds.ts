import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import type { CppFunction } from './function.js';
import { isReadOnly } from './uses.js';

/**
 * Whether the index of `name[index]` surely lies before the end of the named text: a condition that holds there says so,
 * as in `!name.empty() && name[0]`, or `for (…; i < name.size(); …)`. At its end a string has a zero, which a view has not.
 */
export function isBelowSize(fn: CppFunction, subscript: SgNode, name: string): boolean {
  const [index, ...more] = parts(subscript.field('indices') ?? subscript);
  if (index === undefined || more.length > 0) return false;
  if (/^\d+$/.test(index.text())) return conditionsAt(fn, subscript).some(({ text, holds }) => leastSize(text, holds, name) > Number(index.text()));
  return index.kind() === 'identifier' && conditionsAt(fn, subscript).some(({ text, holds, region }) => (holds ? text === `${index.text()}<${name}.size()` : text === `${index.text()}>=${name}.size()`) && isReadOnly(fn, index.text(), region));
}

interface Condition {
  /** Without white space, `length` written as `size`. */
  text: string;
  holds: boolean;
  /** Where it holds as long as what it names does not change. */
  region: SgNode;
}

function conditionsAt(fn: CppFunction, node: SgNode): Condition[] {
  const found: Condition[] = [];
  for (let at = node, parent = at.parent(); parent !== null && !same(at, fn.hot); at = parent, parent = at.parent()) {
    const kind = String(parent.kind());
    const operator = parent.field('operator')?.text() ?? '';
    const isBehind = kind === 'binary_expression' && same(parent.field('right'), at) && ['&&', '||'].includes(operator);
    const isGuarded = (kind === 'if_statement' && same(parent.field('consequence'), at)) || (['for_statement', 'while_statement'].includes(kind) && same(parent.field('body'), at));
    const condition = isBehind ? parent.field('left') : isGuarded ? (parent.field('condition')?.field('value') ?? parent.field('condition')) : null;
    if (condition !== null) found.push(...flat(condition, isBehind ? operator : '&&').map((part) => ({ text: part.text().replace(/\s+/g, '').replaceAll('.length()', '.size()'), holds: !isBehind || operator === '&&', region: at })));
  }
  return found;
}

/** The operands of `a && b && c`, or of `||`. */
function flat(node: SgNode, operator: string): SgNode[] {
  if (node.kind() === 'parenthesized_expression') return parts(node).flatMap((inner) => flat(inner, operator));
  if (node.kind() !== 'binary_expression' || node.field('operator')?.text() !== operator) return [node];
  return [node.field('left'), node.field('right')].flatMap((side) => (side === null ? [] : flat(side, operator)));
}

/** How long the text is at least where the condition holds, or does not. */
function leastSize(text: string, holds: boolean, name: string): number {
  if (text === (holds ? `!${name}.empty()` : `${name}.empty()`)) return 1;
  const compared = new RegExp(`^${name}\\.size\\(\\)(>|>=|==|<|<=|!=)(\\d+)$`).exec(text);
  const bound = Number(compared?.[2] ?? 0);
  switch (compared?.[1]) {
    case '>':
      return holds ? bound + 1 : 0;
    case '>=':
      return holds ? bound : 0;
    case '==':
      return holds ? bound : bound === 0 ? 1 : 0;
    case '!=':
      return holds ? (bound === 0 ? 1 : 0) : bound;
    case '<':
      return holds ? 0 : bound;
    case '<=':
      return holds ? 0 : bound + 1;
    default:
      return 0;
  }
}
