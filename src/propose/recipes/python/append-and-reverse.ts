import type { SgNode } from '@ast-grep/napi';
import { isPrivateList } from '../../python/effects.js';
import { methodCall, type PyFunction } from '../../python/function.js';
import { indentOf } from '../../python/regions.js';
import { ancestorWhere, endOf, lineOf, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

const loops = new Set(['for_statement', 'while_statement']);

export const appendAndReverse: PythonRecipe = {
  family: 'python',
  name: 'append-and-reverse',
  languages: ['python'],
  category: 'quadratic',
  title: 'Append and reverse once instead of `insert(0, x)` in every iteration',
  evidence: { findings: hostWork, text: 'Time in `list.insert`, which moves every element.' },
  condition:
    'The list is made empty in this function, nothing else can refer to it, it is not used before the loop, and in the loop only by `insert(0, x)` as a statement. The loop is not in a `try` or `with` that could go on with the list half built, and has no `yield`.',
  risk: 'None known.',
  expected: 'From n^2 moved elements to n; large from some thousand elements.',
  references: ['https://wiki.python.org/moin/TimeComplexity', 'https://docs.python.org/3/tutorial/datastructures.html'],
  apply(fn) {
    const calls = fn.owned('call').filter(isInsertFirst);
    const names = new Set(calls.map((node) => methodCall(node)?.receiver.text() ?? ''));
    return [...names].flatMap((name) => {
      const rewrite = rewriteList(fn, name, calls.filter((node) => methodCall(node)?.receiver.text() === name));
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function isInsertFirst(node: SgNode): boolean {
  const call = methodCall(node);
  return call?.method === 'insert' && call.args.length === 2 && call.args[0]?.text() === '0' && call.receiver.kind() === 'identifier' && node.parent()?.kind() === 'expression_statement';
}

function rewriteList(fn: PyFunction, name: string, calls: SgNode[]): Rewrite | null {
  const first = calls[0] as SgNode;
  const values = fn.assignedValues(name);
  const init = values?.[0];
  if (init === undefined || values?.length !== 1 || init.text() !== '[]' || !isPrivateList(fn, name)) return null;
  let loop: SgNode | null = null;
  for (let at = first.parent(); at !== null && !within(init, at); at = at.parent()) if (loops.has(String(at.kind()))) loop = at;
  // Made in one branch only, it may not be there to reverse.
  if (loop === null || indentOf(fn, loop) === null || !fn.isBoundBefore(name, loop)) return null;
  const inside = loop;
  const onlyUses = fn.uses(name).every((use) => use.role === 'write' || startOf(use.node) > endOf(inside) || calls.some((call) => startOf(call) === startOf(use.node)));
  const halfBuilt = ancestorWhere(loop, (at) => at.kind() === 'try_statement' || at.kind() === 'with_statement', fn.hot) !== null;
  if (!onlyUses || halfBuilt || !calls.every((call) => within(call, inside)) || inside.find({ rule: { any: [{ kind: 'yield' }, { kind: 'await' }] } }) !== null) return null;
  const end = endOf(loop);
  return {
    title: `append to \`${name}\` and reverse it once`,
    line: lineOf(first),
    edits: [
      ...calls.map((call) => {
        const value = methodCall(call)?.args[1] as SgNode;
        return { start: startOf(call), end: endOf(call), text: `${name}.append(${value.text()})` };
      }),
      { start: end, end, text: `\n${indentOf(fn, loop) ?? ''}${name}.reverse()` },
    ],
  };
}
