import type { SgNode } from '@ast-grep/napi';
import { methodCall, nameCall, type PyFunction } from '../../python/function.js';
import { typeOf } from '../../python/types.js';
import { all, endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, TextEdit } from '../recipe.js';

export const listForGenerator: PythonRecipe = {
  family: 'python',
  name: 'list-for-generator',
  languages: ['python'],
  category: 'allocation',
  title: 'Give `str.join`, `tuple` and `sorted` a list comprehension where they would collect a generator, and count by `len`',
  evidence: { findings: hostWork, text: 'Time in `<genexpr>` below `join`, `tuple`, `sorted` or `sum`.' },
  condition: 'The callee collects all elements before it does anything with them, so the same expressions run in the same order. `sum(1 for …)` adds nothing but ones. The expressions have no `await`, `yield`, `next`, `super` or assignment.',
  risk: 'An element whose code raises StopIteration shows as that and no longer as RuntimeError. Counting holds a list of ones.',
  expected: 'A third to a half of the time of the loop where its elements are cheap.',
  references: ['https://docs.python.org/3/howto/functional.html#generator-expressions-and-list-comprehensions', 'https://docs.python.org/3/library/stdtypes.html#str.join'],
  apply(fn) {
    const found = fn.owned('generator_expression').flatMap((node) => {
      const edits = editsOf(fn, node);
      return edits === null ? [] : [{ node, edits }];
    });
    const first = found[0];
    if (first === undefined) return [];
    return [{ title: `collect ${found.length === 1 ? 'a generator' : `${found.length} generators`} by list comprehension`, line: lineOf(first.node), edits: found.flatMap(({ edits }) => edits) }];
  },
};

function editsOf(fn: PyFunction, generator: SgNode): TextEdit[] | null {
  const parent = generator.parent();
  const isAlone = parent?.kind() === 'call';
  const call = isAlone ? parent : (parent?.parent() ?? null);
  if (call?.kind() !== 'call' || !isCalm(fn, generator)) return null;
  const listed = `[${generator.text().slice(1, -1).trim()}]`;
  const ends = { start: startOf(generator), end: endOf(generator) };
  const named = nameCall(call);
  const method = methodCall(call);
  if (method?.method === 'join' && method.args.length === 1 && (method.receiver.kind() === 'string' || typeOf(fn, method.receiver) === 'text')) return [{ ...ends, text: isAlone ? `(${listed})` : listed }];
  if (named === null || !fn.areBuiltin(named.name) || (named.name === 'sorted' ? !isAlone && !isFirst(named.args, generator) : named.args.length !== 1)) return null;
  if (named.name === 'tuple' || named.name === 'sorted') return [{ ...ends, text: isAlone ? `(${listed})` : listed }];
  if (named.name !== 'sum' || !/^\(\s*1\s+for\b/.test(generator.text()) || !isAlone || !fn.areBuiltin('len')) return null;
  return [{ start: startOf(call), end: endOf(call), text: `len(${listed})` }];
}

const isFirst = (args: SgNode[], node: SgNode): boolean => args[0] !== undefined && startOf(args[0]) === startOf(node);

/** Whether the expressions mean the same in a list comprehension. */
function isCalm(fn: PyFunction, generator: SgNode): boolean {
  if (all(generator, 'await', 'yield', 'named_expression', 'comment').length > 0 || /\basync\b/.test(generator.text())) return false;
  return all(generator, 'identifier').every((id) => !['next', 'super', '__class__', 'StopIteration'].includes(id.text())) && fn.hot.kind() === 'function_definition';
}
