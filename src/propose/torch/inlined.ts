import type { SgNode } from '@ast-grep/napi';
import { all, endOf, startOf } from '../source/tree.js';
import { soleValue } from './item-paths.js';
import type { PyModule } from './module.js';

/** An expression with the local names in it written out. */
export interface Inlined {
  text: string;
  /** The expression, and what the names in it are given. */
  values: SgNode[];
  names: string[];
}

/** Kinds that need no brackets in any place. */
const closed = new Set(['call', 'subscript', 'attribute', 'identifier', 'integer', 'float', 'string', 'list', 'tuple', 'parenthesized_expression']);

/** Writes out the local names of an expression that are given one value in their function; null where that goes too deep. */
export function inlined(module: PyModule, scope: SgNode, expression: SgNode, depth = 0): Inlined | null {
  if (depth > 4) return null;
  const ids = (expression.kind() === 'identifier' ? [expression] : all(expression, 'identifier')).filter(isName);
  const found: Inlined = { text: '', values: [expression], names: [] };
  let at = startOf(expression);
  for (const id of ids) {
    const value = soleValue(module, scope, id.text());
    if (value === null) continue;
    const inner = inlined(module, scope, value, depth + 1);
    if (inner === null) return null;
    found.text += `${module.source.slice(at, startOf(id))}${closed.has(String(value.kind())) ? inner.text : `(${inner.text})`}`;
    found.values.push(...inner.values);
    found.names.push(id.text(), ...inner.names);
    at = endOf(id);
  }
  found.text += module.source.slice(at, endOf(expression));
  return found;
}

function isName(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute') return parent.field('object')?.id() === id.id();
  return parent?.kind() !== 'keyword_argument' || parent.field('value')?.id() === id.id();
}
