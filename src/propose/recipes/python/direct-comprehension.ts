import type { SgNode } from '@ast-grep/napi';
import { nameCall, type PyFunction } from '../../python/function.js';
import { all, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe } from '../recipe.js';

export const directComprehension: PythonRecipe = {
  family: 'python',
  name: 'direct-comprehension',
  languages: ['python'],
  category: 'allocation',
  title: 'Build a set, dict or list by its own comprehension instead of by `set([…])`, `dict((k, v) for …)` or `list(… for …)`',
  evidence: { findings: hostWork, text: 'Time in `<genexpr>` or `<listcomp>` below `set`, `dict` or `list`.' },
  condition: 'The same expressions run in the same order and fill the same kind of container. The pairs of a dict are written as pairs. The expressions have no `await`, `yield`, `next`, `super` or assignment.',
  risk: 'An element whose code raises StopIteration shows as that and no longer as RuntimeError. An unhashable element stops the loop at once, not after all elements are made.',
  expected: 'A quarter to a half of the time of the loop where its elements are cheap.',
  references: ['https://docs.python.org/3/tutorial/datastructures.html#sets', 'https://docs.python.org/3/tutorial/datastructures.html#dictionaries'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition') return [];
    const found = fn.owned('call').flatMap((node) => {
      const text = rewritten(fn, node);
      // `{{` is a brace in an f-string.
      const joins = fn.source[startOf(node) - 1] === '{' && text?.startsWith('{') === true;
      return text === null ? [] : [{ node, edit: { start: startOf(node), end: endOf(node), text: joins ? ` ${text}` : text } }];
    });
    const first = found[0];
    if (first === undefined) return [];
    return [{ title: `build ${found.length === 1 ? 'a container' : `${found.length} containers`} by a comprehension`, line: lineOf(first.node), edits: found.map(({ edit }) => edit) }];
  },
};

function rewritten(fn: PyFunction, node: SgNode): string | null {
  const call = nameCall(node);
  const [inner] = call?.args ?? [];
  if (call === null || inner === undefined || call.args.length !== 1 || !fn.areBuiltin(call.name) || !['generator_expression', 'list_comprehension'].includes(String(inner.kind()))) return null;
  if (all(inner, 'await', 'yield', 'named_expression', 'comment').length > 0 || /\basync\b/.test(inner.text())) return null;
  if (all(inner, 'identifier').some((id) => ['next', 'super', '__class__', 'StopIteration'].includes(id.text()))) return null;
  const text = inner.text().slice(1, -1).trim();
  if (call.name === 'list') return inner.kind() === 'generator_expression' ? `[${text}]` : null;
  if (call.name === 'set') return `{${text}}`;
  const pair = inner.field('body');
  const [key, value, ...more] = pair?.kind() === 'tuple' ? parts(pair) : [];
  if (call.name !== 'dict' || pair === null || key === undefined || value === undefined || more.length > 0 || [key, value].some((part) => part.kind() === 'list_splat')) return null;
  const rest = fn.source.slice(endOf(pair), endOf(inner) - 1).trim();
  return `{${key.text()}: ${value.text()} ${rest}}`;
}
