import { comprehensionFor, filledByMethod, wrapped, type FilledKind } from '../../python/filling-loop.js';
import { all, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

export const dictComprehension: PythonRecipe = {
  family: 'python',
  name: 'dict-comprehension',
  languages: ['python'],
  category: 'allocation',
  title: 'Build a dict or set by a comprehension instead of by an assignment or `add` in a loop',
  evidence: { findings: hostWork, text: 'A loop whose own lines are hot and that only fills a dict or set.' },
  condition:
    'The loop stands right after the empty dict or set is made and does nothing but fill it, at most under one `if`. Neither is read by the loop, nor by code in it; the variables of the loop are used nowhere else. It is not in a `try`, so nobody sees it half built. Of key and value at most one calls anything, since a comprehension makes the key first.',
  risk: 'None known.',
  expected: 'A few percent to a third of the loop.',
  references: ['https://docs.python.org/3/tutorial/datastructures.html#dictionaries', 'https://peps.python.org/pep-0274/'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition' || !fn.areBuiltin('dict', 'set')) return [];
    return fn.owned('for_statement').flatMap((loop) => comprehensionFor(fn, loop, dict) ?? comprehensionFor(fn, loop, set) ?? []);
  },
};

const set: FilledKind = { empty: /^set\(\)$/, brackets: ['{', '}'], fillingOf: filledByMethod('add') };

const dict: FilledKind = {
  empty: /^(?:\{\}|dict\(\))$/,
  brackets: ['{', '}'],
  fillingOf(expression) {
    const place = expression.kind() === 'assignment' ? expression.field('left') : null;
    const value = expression.field('right');
    const container = place?.kind() === 'subscript' ? place.field('value') : null;
    const [, key, ...more] = place === null ? [] : parts(place);
    if (container?.kind() !== 'identifier' || key === undefined || more.length > 0 || value === null || key.kind() === 'slice' || ['assignment', 'expression_list'].includes(String(value.kind()))) return null;
    if ([key, value].filter((node) => node.kind() === 'call' || all(node, 'call', 'subscript').length > 0).length > 1) return null;
    return { container: container.text(), element: `${wrapped(key)}: ${wrapped(value)}`, nodes: [key, value] };
  },
};
