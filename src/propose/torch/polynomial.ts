import type { SgNode } from '@ast-grep/napi';
import { operatorOf, parts } from '../source/tree.js';
import { unwrapped } from './call.js';

/** A sum of products of names with whole factors, by the names of each product: `2 * i * T - 1` is `{"T\0i": 2, "": -1}`. */
export type Polynomial = ReadonlyMap<string, number>;

const separator = '\0';

/** The polynomial of an expression; what is no sum, difference or product is taken as a name by its text. */
export function polynomialOf(expression: SgNode): Polynomial {
  const node = unwrapped(expression);
  if (node.kind() === 'integer') return new Map([['', Number(node.text())]]);
  const [left, right] = node.kind() === 'binary_operator' ? [node.field('left'), node.field('right')] : [null, null];
  if (left !== null && right !== null) {
    const operator = operatorOf(node);
    if (operator === '+') return sum(polynomialOf(left), polynomialOf(right), 1);
    if (operator === '-') return sum(polynomialOf(left), polynomialOf(right), -1);
    if (operator === '*') return product(polynomialOf(left), polynomialOf(right));
  }
  if (node.kind() === 'unary_operator' && operatorOf(node) === '-' && parts(node)[0] !== undefined) return sum(new Map(), polynomialOf(parts(node)[0] ?? node), -1);
  return new Map([[node.text(), 1]]);
}

export function difference(a: Polynomial, b: Polynomial): Polynomial {
  return sum(a, b, -1);
}

/** The names of a product. */
export const namesOf = (key: string): string[] => (key === '' ? [] : key.split(separator));

/** As Python writes it: `T + 1`; empty for 0. Positive products first. */
export function textOf(polynomial: Polynomial): string {
  const terms = [...polynomial].toSorted(([a, m], [b, n]) => Number(a === '') - Number(b === '') || Number(n > 0) - Number(m > 0));
  return terms.reduce((text, [key, factor]) => {
    const size = Math.abs(factor);
    const term = [...(size === 1 && key !== '' ? [] : [String(size)]), ...namesOf(key)].join(' * ');
    if (text === '') return factor < 0 ? `-${term}` : term;
    return `${text} ${factor < 0 ? '-' : '+'} ${term}`;
  }, '');
}

function sum(a: Polynomial, b: Polynomial, sign: number): Polynomial {
  const found = new Map(a);
  for (const [key, factor] of b) found.set(key, (found.get(key) ?? 0) + sign * factor);
  return without0(found);
}

function product(a: Polynomial, b: Polynomial): Polynomial {
  const found = new Map<string, number>();
  for (const [one, m] of a) {
    for (const [other, n] of b) {
      const key = [...namesOf(one), ...namesOf(other)].toSorted().join(separator);
      found.set(key, (found.get(key) ?? 0) + m * n);
    }
  }
  return without0(found);
}

const without0 = (found: Map<string, number>): Polynomial => new Map([...found].filter(([, factor]) => factor !== 0));
