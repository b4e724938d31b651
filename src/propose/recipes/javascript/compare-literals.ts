import type { JsFunction } from '../../javascript/function.js';
import { outermost, replacementEdit, type Replacement } from '../../javascript/helper-call.js';
import { membershipTests, type MembershipTest } from '../../javascript/membership.js';
import { withSafeStarts } from '../../javascript/regions.js';
import { isPrimitiveLiteral, isReadable } from '../../javascript/syntax.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const compareLiterals: JavaScriptRecipe = {
  family: 'javascript',
  name: 'compare-literals',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Compare a value with one to three literals instead of searching an array made of them (`["a", "b"].includes(x)`)',
  evidence: { findings: hostWork, text: 'Time in `includes` or `indexOf` of a short literal array in a hot function.' },
  condition: 'The elements are strings, numbers, booleans or null, for which the search and `===` agree, and the value is read from a variable or a property.',
  risk: 'The property is read up to three times, which an accessor would notice; TypeScript may refuse to compare types that have no value in common.',
  expected: 'Saves an array and a call; two to five times faster a test.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/includes', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Equality_comparisons_and_sameness'],
  apply(fn) {
    const found = outermost(membershipTests(fn).flatMap((test) => comparisonOf(test)));
    const [first] = found;
    return first === undefined ? [] : [{ title: 'compare with the literals', line: lineOf(first.node), edits: edits(fn, found) }];
  },
};

function comparisonOf({ node, array, value, present }: MembershipTest): Replacement[] {
  const literals = array.kind() === 'array' ? parts(array) : [];
  if (literals.length < 1 || literals.length > 3 || !literals.every(isPrimitiveLiteral) || /[[,]\s*,/.test(array.text())) return [];
  if (isPrimitiveLiteral(value) || !isReadable(value)) return [];
  const tests = literals.map((literal) => `${value.text()} ${present ? '===' : '!=='} ${literal.text()}`);
  return [{ node, text: `(${tests.join(present ? ' || ' : ' && ')})` }];
}

function edits(fn: JsFunction, found: Replacement[]): ReturnType<typeof replacementEdit>[] {
  return withSafeStarts(fn, found.map((entry) => replacementEdit(fn, entry)));
}
