import type { SgNode } from '@ast-grep/napi';
import { isPrivateList } from '../../python/effects.js';
import { methodCall, type PyFunction } from '../../python/function.js';
import { membershipTests, setTest, type MembershipTest } from '../../python/membership.js';
import { indentOf, insertBefore, regionsOf, type Region } from '../../python/regions.js';
import { typeOf } from '../../python/types.js';
import { ancestorWhere, endOf, lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite, TextEdit } from '../recipe.js';

export const seenSet: PythonRecipe = {
  family: 'python',
  name: 'seen-set',
  languages: ['python'],
  category: 'quadratic',
  title: 'Keep a set beside a list that a loop both searches and appends to',
  evidence: { findings: hostWork, text: 'Time in searching a list that the loop fills.' },
  condition:
    'The list is made empty in this function, nothing else can refer to it, and it is only appended to, searched and read. What cannot be hashed is left out of the set, and only values that can be hashed are looked up in it; else the old search.',
  risk: 'It holds the elements a second time. An unhashable object whose `__eq__` equals a str or int is no longer found.',
  expected: 'From n^2 to n: removing duplicates, worklists.',
  references: ['https://wiki.python.org/moin/TimeComplexity', 'https://docs.python.org/3/library/stdtypes.html#set-types-set-frozenset'],
  apply(fn) {
    if (!fn.areBuiltin('set', 'TypeError')) return [];
    const tests = membershipTests(fn).filter((test) => test.container.kind() === 'identifier' && setTest(fn, test, '') !== null);
    return [...new Set(tests.map((test) => test.container.text()))].flatMap((name) => {
      const rewrite = rewriteList(fn, name, tests.filter((test) => test.container.text() === name));
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteList(fn: PyFunction, name: string, tests: MembershipTest[]): Rewrite | null {
  const first = tests[0];
  const values = fn.assignedValues(name);
  const init = values?.[0];
  if (first === undefined || init === undefined || values?.length !== 1 || init.text().replace(/\s/g, '') !== '[]' || !isPrivateList(fn, name)) return null;
  const region = regionsOf(fn, first.node).findLast(({ statement }) => fn.isBoundBefore(name, statement) && fn.isUnchanged(name, statement));
  const appends = appendsTo(fn, name);
  if (region === undefined || repeatsWithout(fn, region.statement, init) || appends === null || appends.length === 0 || !appends.every((append) => within(append, region.statement))) return null;
  return rewriteRegion(fn, name, region, tests.filter((test) => within(test.node, region.statement)), appends);
}

/** Whether a loop around the statement goes on with the same list: the set would start empty again, the list would not. */
function repeatsWithout(fn: PyFunction, statement: SgNode, init: SgNode): boolean {
  return ancestorWhere(statement, (at) => ['for_statement', 'while_statement'].includes(String(at.kind())) && !within(init, at), fn.hot) !== null;
}

/** The `name.append(value)` statements; null when the list is changed in any other way. */
function appendsTo(fn: PyFunction, name: string): SgNode[] | null {
  const calls: SgNode[] = [];
  for (const { node, role } of fn.uses(name)) {
    if (role !== 'mutate') continue;
    const call = node.parent()?.parent() ?? null;
    const found = methodCall(call);
    if (call === null || found?.method !== 'append' || !same(found.receiver, node) || found.args.length !== 1) return null;
    const statement = call.parent();
    if (statement?.kind() !== 'expression_statement' || indentOf(fn, statement) === null || fn.source[endOf(statement)] === ';') return null;
    if (['list_splat', 'generator_expression'].includes(String(found.args[0]?.kind()))) return null;
    calls.push(call);
  }
  return calls;
}

function rewriteRegion(fn: PyFunction, name: string, region: Region, tests: MembershipTest[], appends: SgNode[]): Rewrite {
  const set = fn.names.fresh(`${name}_set`);
  return {
    title: `keep a set beside \`${name}\``,
    line: lineOf(tests[0]?.node as SgNode),
    edits: [
      ...insertBefore(fn, region.statement, [`${set} = set()`]),
      ...tests.map((test) => ({ start: startOf(test.node), end: endOf(test.node), text: setTest(fn, test, set) ?? test.node.text() })),
      ...appends.map((append) => appendAndAdd(fn, append, name, set)),
    ],
  };
}

function appendAndAdd(fn: PyFunction, append: SgNode, name: string, set: string): TextEdit {
  const statement = append.parent() as SgNode;
  const value = methodCall(append)?.args[0] as SgNode;
  const element = value.kind() === 'identifier' ? value.text() : fn.names.fresh(`${name}_element`);
  const lines = value.kind() === 'identifier' ? [] : [`${element} = ${value.text()}`];
  lines.push(`${name}.append(${element})`);
  if (typeOf(fn, value) !== null) lines.push(`${set}.add(${element})`);
  else lines.push('try:', `    ${set}.add(${element})`, 'except TypeError:', '    pass');
  return { start: startOf(statement), end: endOf(statement), text: lines.join(`\n${indentOf(fn, statement) ?? ''}`) };
}
