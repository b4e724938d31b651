import type { SgNode } from '@ast-grep/napi';
import { isStableList } from '../../python/effects.js';
import type { PyFunction } from '../../python/function.js';
import { membershipTests, setTest, type MembershipTest } from '../../python/membership.js';
import { insertBefore, regionsOf, type Region } from '../../python/regions.js';
import { endOf, lineOf, operatorOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

export const lookupSet: PythonRecipe = {
  family: 'python',
  name: 'lookup-set',
  languages: ['python'],
  category: 'quadratic',
  title: 'Look a value up in a frozenset instead of searching a list in every iteration',
  evidence: { findings: hostWork, text: 'Time in searching a list in a loop.' },
  condition:
    'The list keeps its elements while the loop runs: the loop only reads it, and either no other code can reach it or the loop calls nothing unknown. The set is used only if the value is a list or tuple at run time and all of it can be hashed, and only for values that can be hashed; else the old search.',
  risk: 'Building the set costs more than it saves when the loop makes few searches. An unhashable object whose `__eq__` equals a str or int is no longer found.',
  expected: 'From n*m to n+m; large for lists of more than about 20 elements.',
  references: ['https://wiki.python.org/moin/TimeComplexity', 'https://docs.python.org/3/library/stdtypes.html#set-types-set-frozenset'],
  apply(fn) {
    if (!fn.areBuiltin('frozenset', 'type', 'list', 'tuple', 'len', 'TypeError')) return [];
    const groups = new Map<string, { name: string; region: Region; tests: MembershipTest[] }>();
    for (const test of membershipTests(fn)) {
      if (test.container.kind() !== 'identifier' || setTest(fn, test, '') === null) continue;
      const name = test.container.text();
      const region = regionsOf(fn, test.node).findLast(({ statement }) => fn.isBoundBefore(name, statement) && isStableList(fn, name, statement));
      if (region === undefined || isNoList(fn, name)) continue;
      const key = `${name} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { name, region, tests: [test] });
      else group.tests.push(test);
    }
    return [...groups.values()].map(({ name, region, tests }) => rewrite(fn, name, region, tests));
  },
};

/** Whether the text shows that the name holds no list: the set would never be used, and its trial wasted. */
function isNoList(fn: PyFunction, name: string): boolean {
  if (name === 'self' || name === 'cls') return true;
  if (fn.uses(name).some(({ node, role }) => (role === 'declare' && isAnnotatedOtherwise(node)) || isUsedOtherwise(node))) return true;
  const values = fn.assignedValues(name) ?? [];
  return values.some((value) => ['set', 'set_comprehension', 'dictionary', 'dictionary_comprehension', 'string'].includes(String(value.kind())) || /^(frozen)?set\(|^dict\(|^collections\.|^defaultdict\(|^Counter\(|^str\(/.test(value.text()));
}

function isAnnotatedOtherwise(parameter: SgNode): boolean {
  const type = parameter.parent()?.field('type')?.text() ?? '';
  return type !== '' && !/\b([Ll]ist|[Tt]uple|Sequence|Iterable|Collection|Any)\b/.test(type);
}

/** A method that lists do not have, a text as index, or an operator of sets. */
function isUsedOtherwise(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'attribute') return !['append', 'extend', 'insert', 'pop', 'remove', 'sort', 'reverse', 'clear', 'count', 'index', 'copy'].includes(parent.field('attribute')?.text() ?? '');
  if (parent?.kind() === 'subscript') return same(parent.field('value'), node) && parent.field('subscript')?.kind() === 'string';
  return parent?.kind() === 'binary_operator' && ['-', '&', '|', '^'].includes(operatorOf(parent));
}

function rewrite(fn: PyFunction, name: string, region: Region, tests: MembershipTest[]): Rewrite {
  const set = fn.names.fresh(`${name}_set`);
  return {
    title: `search \`${name}\` by a frozenset`,
    line: lineOf(tests[0]?.node as SgNode),
    edits: [
      ...insertBefore(fn, region.statement, [
        'try:',
        `    ${set} = frozenset(${name}) if type(${name}) in (list, tuple) and len(${name}) > 8 else ${name}`,
        'except TypeError:',
        `    ${set} = ${name}`,
      ]),
      ...tests.map((test) => ({ start: startOf(test.node), end: endOf(test.node), text: setTest(fn, test, set) ?? test.node.text() })),
    ],
  };
}
