import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** Python expressions of values, and of lists of arguments. */
export const number = fc.constantFrom('0', '1', '2', '3', '5', '-1', '1.0', '2.5', 'True', 'nan', "float('nan')");
export const text = fc.constantFrom("'a'", "'b'", "'ab'", "' A'", "''", "'B,a'");
export const hashable = fc.oneof(number, text, fc.constantFrom('None', '(1, 2)', 'Same(1)', 'Same(2)', 'frozenset([1])', "b'a'"));
export const wild = fc.oneof({ weight: 6, arbitrary: hashable }, fc.constantFrom('[1]', '{1}', "{'a': 1}", '([],)'));
export const listOf = (element: Arbitrary<string>, max = 20): Arbitrary<string> => fc.array(element, { maxLength: max }).map((items) => `[${items.join(', ')}]`);
export const texts = listOf(text);
export const loose = fc.oneof({ weight: 6, arbitrary: listOf(wild) }, { weight: 3, arbitrary: listOf(hashable) }, fc.constantFrom('None', "'abab'", '(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)', '{1, 2, 3}', "{'a': 1, 'b': 2}", '5'));
export const args = (...parts: Arbitrary<string>[]): Arbitrary<string> => fc.tuple(...parts).map((list) => `[${list.join(', ')}]`);
export const data: Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, wild, listOf(tie('value'), 4), fc.array(fc.tuple(hashable, tie('value')), { maxLength: 4 }).map((pairs) => `{${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')}}`), tie('value').map((value) => `(${value},)`), tie('value').map((value) => `(lambda shared: [shared, shared, {'k': shared}])(${value})`)),
})).value;
