import { methodCall } from '../../rust/syntax.js';
import { elementOf, isPlain } from '../../rust/types.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const rustSortUnstable: RustRecipe = {
  family: 'rust',
  name: 'rust-sort-unstable',
  languages: ['rust'],
  category: 'allocation',
  title: 'Sort without keeping the order of equal elements where they cannot be told apart',
  evidence: { findings: hostWork, text: '`core::slice::sort::stable` or `merge_sort` below the function.' },
  condition: 'The elements are integers, characters, booleans or strings by declaration, and the order is their own: two that are equal are the same.',
  risk: 'A sequence that consists of few sorted runs is sorted faster by the stable sort.',
  expected: 'A few percent to a quarter of the sorting, and no memory for it.',
  references: ['https://doc.rust-lang.org/std/primitive.slice.html#method.sort_unstable'],
  apply(fn) {
    return fn.owned('call_expression').flatMap((node): Answer[] => {
      const call = methodCall(node);
      const method = node.field('function')?.field('field');
      if (call?.method !== 'sort' || method === null || method === undefined || call.args.length > 0 || call.receiver.kind() !== 'identifier') return [];
      if (!isPlain(elementOf(fn.typeOf(call.receiver.text())))) return [refusal(node, `the function does not declare the elements of \`${call.receiver.text()}\` to be of a type whose equal values are the same.`)];
      return [{ title: `sort \`${call.receiver.text()}\` unstably`, line: lineOf(node), edits: [replaced(method, 'sort_unstable')] }];
    });
  },
};
