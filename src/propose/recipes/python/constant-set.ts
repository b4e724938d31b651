import type { SgNode } from '@ast-grep/napi';
import { membershipTests } from '../../python/membership.js';
import { typeOf } from '../../python/types.js';
import { endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

/** Of fewer a comparison with each is as fast as a hash. */
const smallest = 4;

export const constantSet: PythonRecipe = {
  family: 'python',
  name: 'constant-set',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Look up in a set of constants instead of comparing with each of a list or tuple',
  evidence: { findings: hostWork, text: 'Time in the lines of `x in (…)` with many constants.' },
  condition: 'All elements are texts or whole numbers written there, so that equal ones have equal hashes and the compiler makes the set once. The value can be hashed for certain: it is a text or a number by where it comes from.',
  risk: 'None known.',
  expected: 'Two to four times faster a test of six elements that fails; more for longer ones.',
  references: ['https://docs.python.org/3/library/stdtypes.html#set-types-set-frozenset', 'https://wiki.python.org/moin/TimeComplexity'],
  apply(fn) {
    const tests = membershipTests(fn).filter((test) => ['list', 'tuple'].includes(String(test.container.kind())) && isConstant(test.container) && typeOf(fn, test.value) !== null);
    const first = tests[0];
    if (first === undefined) return [];
    const edits = tests.map(({ container }) => ({ start: startOf(container), end: endOf(container), text: `{${parts(container).map((item) => item.text()).join(', ')}}` }));
    return [{ title: `look up in ${tests.length === 1 ? 'a set' : 'sets'} of constants`, line: lineOf(first.node), edits }];
  },
};

function isConstant(container: SgNode): boolean {
  const items = parts(container);
  return items.length >= smallest && items.every((item) => item.kind() === 'integer' || (item.kind() === 'string' && !item.text().includes('{'))) && container.namedChildren().length === items.length;
}
