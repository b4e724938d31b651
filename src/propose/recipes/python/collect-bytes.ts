import type { SgNode } from '@ast-grep/napi';
import { looksAtLocals } from '../../python/effects.js';
import { nameCall, type PyFunction } from '../../python/function.js';
import { indentOf } from '../../python/regions.js';
import { ancestorWhere, endOf, lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

const loops = new Set(['for_statement', 'while_statement']);

export const collectBytes: PythonRecipe = {
  family: 'python',
  name: 'collect-bytes',
  languages: ['python'],
  category: 'quadratic',
  title: 'Collect bytes in a `bytearray` instead of making a longer `bytes` in every iteration',
  evidence: { findings: hostWork, text: 'Time in the line `data += chunk` of bytes, which copies all that was there.' },
  condition: 'The variable is set to `b""` once, in front of the loop, and the loop only adds to it and asks its length. Right after the loop it becomes bytes again. What a `try` or `with` around the loop catches leads nowhere where the variable is used.',
  risk: 'Adding what is no bytes raises the same TypeError with another text. An object with an `__radd__` of its own for bytes is no longer asked.',
  expected: 'From n^2 copied bytes to n; large from some hundred kilobytes.',
  references: ['https://docs.python.org/3/library/stdtypes.html#bytearray-objects', 'https://docs.python.org/3/faq/programming.html#what-is-the-most-efficient-way-to-concatenate-many-strings-together'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition' || !fn.areBuiltin('bytes', 'bytearray') || looksAtLocals(fn)) return [];
    const names = new Set(fn.owned('augmented_assignment').flatMap((node) => (node.field('left')?.kind() === 'identifier' && node.field('operator')?.text() === '+=' ? [node.field('left')?.text() ?? ''] : [])));
    return [...names].flatMap((name) => rewrite(fn, name) ?? []);
  },
};

function rewrite(fn: PyFunction, name: string): Rewrite | null {
  const uses = fn.uses(name);
  if (uses.some(({ role, deferred }) => deferred || role === 'declare' || role === 'foreign')) return null;
  const additions = uses.flatMap(({ node }) => (isAddition(node) ? [node.parent() as SgNode] : []));
  const [init, ...others] = uses.filter(({ node, role }) => role === 'write' && !isAddition(node)).map(({ node }) => node.parent());
  const value = init?.kind() === 'assignment' ? init.field('right') : null;
  const first = additions[0];
  if (first === undefined || init === undefined || init === null || others.length > 0 || value === null || !/^[bB](?:''|"")$/.test(value.text()) || init.parent()?.kind() !== 'expression_statement') return null;
  let loop: SgNode | null = null;
  for (let at = first.parent(); at !== null && !within(init, at); at = at.parent()) if (loops.has(String(at.kind()))) loop = at;
  if (loop === null || indentOf(fn, loop) === null || !same(loop.parent(), init.parent()?.parent() ?? null)) return null;
  const outermost = loop;
  const isSeen = uses.some(({ node }) => within(node, outermost) && !isAddition(node) && !isLength(fn, node));
  const isBetween = uses.some(({ node }) => startOf(node) > endOf(init) && startOf(node) < startOf(outermost));
  const block = outermost.parent() as SgNode;
  const isCaught = ancestorWhere(outermost, (at) => ['try_statement', 'with_statement'].includes(String(at.kind())), fn.hot) !== null && !uses.every(({ node }) => within(node, block));
  if (isSeen || isBetween || isCaught || outermost.field('alternative') !== null) return null;
  const end = endOf(outermost);
  return {
    title: `collect \`${name}\` in a bytearray`,
    line: lineOf(first),
    edits: [
      { start: startOf(value), end: endOf(value), text: 'bytearray()' },
      { start: end, end, text: `\n${indentOf(fn, outermost) ?? ''}${name} = bytes(${name})` },
    ],
  };
}

function isAddition(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'augmented_assignment' && same(parent.field('left'), node) && parent.field('operator')?.text() === '+=' && parent.parent()?.kind() === 'expression_statement';
}

function isLength(fn: PyFunction, node: SgNode): boolean {
  const call = node.parent()?.parent() ?? null;
  return nameCall(call)?.name === 'len' && nameCall(call)?.args.length === 1 && fn.areBuiltin('len');
}
