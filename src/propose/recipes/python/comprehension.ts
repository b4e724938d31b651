import { comprehensionFor, filledByMethod, type FilledKind } from '../../python/filling-loop.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

const list: FilledKind = { empty: /^\[\]$/, brackets: ['[', ']'], fillingOf: filledByMethod('append') };

export const comprehension: PythonRecipe = {
  family: 'python',
  name: 'comprehension',
  languages: ['python'],
  category: 'allocation',
  title: 'Build a list by a comprehension instead of by `append` in a loop',
  evidence: { findings: hostWork, text: 'A loop whose own lines are hot and that only appends.' },
  condition:
    'The loop stands right after the empty list is made and does nothing but append, at most under one `if`. The list is not read by the loop, nor by code in it; the variables of the loop are used nowhere else. It is not in a `try`, so nobody sees the list half built.',
  risk: 'None known.',
  expected: 'A few percent to a third of the loop.',
  references: ['https://docs.python.org/3/tutorial/datastructures.html#list-comprehensions'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition') return [];
    return fn.owned('for_statement').flatMap((loop) => {
      const rewrite = comprehensionFor(fn, loop, list);
      return rewrite === null ? [] : [rewrite];
    });
  },
};
