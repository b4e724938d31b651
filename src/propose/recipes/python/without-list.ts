import type { SgNode } from '@ast-grep/napi';
import { nameCall } from '../../python/function.js';
import { endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

/** Builtin functions that collect what they are given in a list or set of their own before they do anything else. */
const collectors = new Set(['sorted', 'list', 'tuple', 'set', 'frozenset']);

export const withoutList: PythonRecipe = {
  family: 'python',
  name: 'without-list',
  languages: ['python'],
  category: 'allocation',
  title: 'Take the first element, the length, or all elements without making a list of them (`list(x)[0]`, `len(list(x))`, `sorted(list(x))`)',
  evidence: { findings: hostWork, text: 'Time in making lists that are used once.' },
  condition: '`sorted`, `tuple`, `set` and `frozenset` collect what they are given themselves. The first element and the length are taken directly only where the object is exactly a list, tuple, dict, set or frozenset at run time, and has an element; else as before, with the same error.',
  risk: 'None known.',
  expected: 'From n to 1 for the first element and the length; a copy less else.',
  references: ['https://docs.python.org/3/library/functions.html#sorted', 'https://docs.python.org/3/library/functions.html#next'],
  apply(fn) {
    if (!fn.areBuiltin('list', 'len', 'next', 'iter', 'type', 'tuple', 'dict', 'set', 'frozenset', 'sorted')) return [];
    return [...fn.owned('call').flatMap((node) => collected(node) ?? length(node) ?? []), ...fn.owned('subscript').flatMap((node) => firstOf(node) ?? [])];
  },
};

/** The one argument of `list(…)`. */
function listed(node: SgNode | null): SgNode | null {
  const call = nameCall(node);
  const [only] = call?.args ?? [];
  return call?.name === 'list' && call.args.length === 1 && only !== undefined && !['list_splat', 'generator_expression'].includes(String(only.kind())) ? only : null;
}

/** `sorted(list(x), …)`, `list(sorted(x))`. */
function collected(node: SgNode): Rewrite | null {
  const call = nameCall(node);
  const [first] = call?.args ?? [];
  if (call === null || first === undefined || !collectors.has(call.name)) return null;
  if (call.name === 'list' && call.args.length === 1 && nameCall(first)?.name === 'sorted') return { title: 'leave out a copy of a sorted list', line: lineOf(node), edits: [{ start: startOf(node), end: endOf(node), text: first.text() }] };
  const inner = call.name === 'list' || (call.name !== 'sorted' && call.args.length !== 1) ? null : listed(first);
  return inner === null ? null : { title: `give \`${call.name}\` what it collects itself`, line: lineOf(node), edits: [{ start: startOf(first), end: endOf(first), text: inner.text() }] };
}

/** `len(list(x))` */
function length(node: SgNode): Rewrite | null {
  const call = nameCall(node);
  const inner = call?.name === 'len' && call.args.length === 1 ? listed(call.args[0] ?? null) : null;
  if (inner?.kind() !== 'identifier' || isGuarded(node)) return null;
  return guarded(node, inner.text(), `len(${inner.text()})`, `take the length of \`${inner.text()}\` itself`);
}

/** `list(x)[0]` */
function firstOf(node: SgNode): Rewrite | null {
  const inner = listed(node.field('value'));
  if (inner?.kind() !== 'identifier' || parts(node).length !== 2 || node.field('subscript')?.text() !== '0' || isGuarded(node) || isTargetOf(node)) return null;
  return guarded(node, inner.text(), `next(iter(${inner.text()}))`, `take the first element of \`${inner.text()}\``, ` and ${inner.text()}`);
}

function isTargetOf(node: SgNode): boolean {
  return ['assignment', 'augmented_assignment', 'delete_statement', 'for_statement', 'pattern_list'].includes(String(node.parent()?.kind())) && (node.parent()?.field('left')?.id() === node.id() || node.parent()?.kind() === 'delete_statement');
}

function guarded(node: SgNode, name: string, fast: string, title: string, more = ''): Rewrite {
  return { title, line: lineOf(node), edits: [{ start: startOf(node), end: endOf(node), text: `(${fast} if type(${name}) in (list, tuple, dict, set, frozenset)${more} else ${node.text()})` }] };
}

/** The old code in the conditional that this recipe has written. */
function isGuarded(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'conditional_expression' && (parent.namedChildren()[1]?.text().startsWith('type(') ?? false);
}
