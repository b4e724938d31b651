import type { SgNode } from '@ast-grep/napi';
import { isPrivateList } from '../../python/effects.js';
import { methodCall, type PyFunction } from '../../python/function.js';
import { insertInModule, regionsOf } from '../../python/regions.js';
import { endOf, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite, TextEdit } from '../recipe.js';

export const popLeft: PythonRecipe = {
  family: 'python',
  name: 'popleft',
  languages: ['python'],
  category: 'quadratic',
  title: 'Use a `collections.deque` for a list that is emptied from the front by `pop(0)`',
  evidence: { findings: hostWork, text: 'Time in `list.pop(0)`, which moves every element.' },
  condition: 'The list is made in this function, nothing else can refer to it, and all that happens to it is `append`, `extend`, `pop()`, `pop(0)`, `len`, a test for emptiness, and reading its first or last element.',
  risk: 'The text of the IndexError for an empty queue differs; its type does not.',
  expected: 'From n^2 moved elements to n; large from some thousand elements.',
  references: ['https://docs.python.org/3/library/collections.html#collections.deque'],
  apply(fn) {
    const calls = fn.owned('call').filter((node) => isPopFirst(node));
    const names = new Set(calls.flatMap((node) => methodCall(node)?.receiver.text() ?? []));
    if (names.size === 0) return [];
    const deque = fn.names.fresh('_deque');
    const queues = [...names].flatMap((name) => {
      const edits = queueEdits(fn, name, deque);
      return edits === null ? [] : [{ name, edits }];
    });
    const first = calls.find((node) => queues.some(({ name }) => methodCall(node)?.receiver.text() === name));
    if (first === undefined) return [];
    const title = `make ${queues.map(({ name }) => `\`${name}\``).join(', ')} a deque`;
    const rewrite: Rewrite = { title, line: lineOf(first), edits: [...queues.flatMap(({ edits }) => edits), ...insertInModule(fn, `from collections import deque as ${deque}\n\n`)] };
    return [rewrite];
  },
};

function isPopFirst(node: SgNode): boolean {
  const call = methodCall(node);
  return call?.method === 'pop' && call.args.length === 1 && call.args[0]?.text() === '0' && call.receiver.kind() === 'identifier';
}

function queueEdits(fn: PyFunction, name: string, deque: string): TextEdit[] | null {
  const values = fn.assignedValues(name);
  if (values === null || !isPrivateList(fn, name)) return null;
  const edits: TextEdit[] = values.map((value) => ({ start: startOf(value), end: endOf(value), text: `${deque}(${value.text()})` }));
  let loops = false;
  for (const { node, role } of fn.uses(name)) {
    if (role === 'write') continue;
    const parent = node.parent();
    if (role === 'test' && parent?.kind() !== 'comparison_operator') continue;
    if (role === 'iterate' && parent?.parent()?.field('function')?.text() === 'len') continue;
    if (role === 'read' && parent?.kind() === 'subscript' && ['0', '-1'].includes(parent.field('subscript')?.text() ?? '')) continue;
    const call = parent?.parent() ?? null;
    const found = methodCall(call);
    if (call === null || found === null || !same(found.receiver, node)) return null;
    if (isPopFirst(call)) {
      loops ||= regionsOf(fn, call).length > 0;
      const attribute = call.field('function')?.field('attribute') as SgNode;
      edits.push({ start: startOf(attribute), end: endOf(call), text: 'popleft()' });
    } else if (!(found.method === 'pop' && found.args.length === 0) && !['append', 'extend'].includes(found.method)) return null;
  }
  return loops ? edits : null;
}
