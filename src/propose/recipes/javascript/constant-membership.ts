import type { SgNode } from '@ast-grep/napi';
import { roleOf } from '../../javascript/bindings.js';
import type { JsFunction } from '../../javascript/function.js';
import { membershipTests, type MembershipTest } from '../../javascript/membership.js';
import { declareInModule } from '../../javascript/regions.js';
import { isPrimitiveLiteral } from '../../javascript/syntax.js';
import { all, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const constantMembership: JavaScriptRecipe = {
  family: 'javascript',
  name: 'constant-membership',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Look a value up in a Set instead of searching a constant array',
  evidence: { findings: hostWork, text: 'Time in `includes` or `indexOf` of a hot function.' },
  condition:
    'The array is a literal of strings, numbers and the like, in place or in a `const` at the top of the module that is only searched and read. Set and search then agree for every value: there is no NaN among the elements.',
  risk: 'Slower for the first elements of a short array.',
  expected: 'Grows with the array; worth it from about eight elements.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Set/has'],
  apply(fn) {
    if (!fn.isBuiltin('Set')) return [];
    const groups = new Map<string, MembershipTest[]>();
    for (const test of membershipTests(fn)) {
      const literal = literalOf(fn, test.array);
      if (literal === null || parts(literal).length < 4 || !parts(literal).every(isPrimitiveLiteral) || /[[,]\s*,/.test(literal.text())) continue;
      groups.set(test.array.text(), [...(groups.get(test.array.text()) ?? []), test]);
    }
    return [...groups.values()].map((tests) => rewrite(fn, tests));
  },
};

/** The array literal that the searched expression is known to be. */
function literalOf(fn: JsFunction, array: SgNode): SgNode | null {
  if (array.kind() === 'array') return array;
  if (array.kind() !== 'identifier') return null;
  const uses = all(fn.root, 'identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern').filter((id) => id.text() === array.text());
  const declarators = uses.filter((id) => roleOf(id) === 'declare').map((id) => id.parent());
  const declarator = declarators[0];
  if (declarators.length !== 1 || declarator?.kind() !== 'variable_declarator') return null;
  const declaration = declarator.parent();
  if (declaration?.field('kind')?.text() !== 'const' || declaration.parent()?.kind() !== 'program') return null;
  const value = declarator.field('value');
  // `['a', 'b'] as const` is the same array.
  const literal = value?.kind() === 'as_expression' ? (parts(value)[0] ?? null) : value;
  const onlyRead = uses.every((id) => ['declare', 'read', 'test', 'iterate'].includes(roleOf(id)));
  return literal?.kind() === 'array' && onlyRead ? literal : null;
}

function rewrite(fn: JsFunction, tests: MembershipTest[]): Rewrite {
  const first = tests[0] as MembershipTest;
  const named = first.array.kind() === 'identifier';
  const set = fn.names.fresh(named ? `${first.array.text()}Set` : 'constantSet');
  const made = `(${set} || (${set} = new Set${fn.typed ? '<unknown>' : ''}(${first.array.text()})))`;
  return {
    title: named ? `search \`${first.array.text()}\` by a Set` : 'search a literal array by a Set',
    line: lineOf(first.node),
    edits: [
      ...tests.map(({ node, value, present }) => ({ start: startOf(node), end: endOf(node), text: `${present ? '' : '!'}${made}.has(${value.text()})` })),
      ...declareInModule(fn, `var ${set}${fn.typed ? ': Set<unknown> | undefined' : ''};`),
    ],
  };
}

