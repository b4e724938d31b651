import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, parts, same, within } from '../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';
import { bodyOf, indentOf, owned, statementOf, withoutStatement } from './statements.js';

/** A batch that is put together of one item for each place. */
export interface Collected {
  /** The call that puts the items together, which the batch takes the place of. */
  call: SgNode;
  /** What makes an item of a place, and the name of the place in it. */
  element: SgNode;
  start: string;
  /** What gives the places: an expression that is gone over; or one that is computed for each of `count` items. */
  places: { over: SgNode } | { each: SgNode; count: SgNode };
  /** The batch is of NumPy arrays. */
  isArray: boolean;
  /** The statement in front of which the index can be made, and whether the index takes its place. */
  at: SgNode;
  replacesAt: boolean;
  /** Lines that are not needed any more. */
  gone: TextEdit[];
}

const tensorStacks = new Set(['torch.stack', 'torch.vstack']);
const arrayStacks = new Set(['numpy.stack', 'numpy.array', 'numpy.asarray', 'numpy.vstack']);

/** The items that a call puts together: those of a comprehension, or of a list that a loop fills; null for anything else. */
export function collectedBy(module: PyModule, call: SgNode): Collected | null {
  const path = module.pathOf(call.field('function')) ?? '';
  const { keywords, positional, hasSplat } = callArguments(call);
  const isCat = path === 'torch.cat' || path === 'torch.concat' || path === 'numpy.concatenate';
  if ((!tensorStacks.has(path) && !arrayStacks.has(path) && !isCat) || hasSplat || keywords.has('out') || keywords.has('dtype')) return null;
  const dim = argument(call, 'dim', 1) ?? keywords.get('axis') ?? null;
  if (dim !== null && dim.text() !== '0') return null;
  const given = positional[0] ?? keywords.get('tensors') ?? keywords.get('arrays');
  const list = given === undefined ? undefined : listOf(given);
  if (list === undefined) return null;
  const isArray = arrayStacks.has(path) || path === 'numpy.concatenate';
  const found = list.kind() === 'identifier' ? filledByLoop(module, call, list) : comprehended(call, list);
  if (found === null) return null;
  if (!isCat) return path.endsWith('vstack') ? null : { ...found, call, isArray };
  const inner = withoutRow(found.element);
  return inner === null ? null : { ...found, call, element: inner, isArray };
}

/** `[…]` of `list(…)`, `tuple(…)` and of a generator. */
function listOf(node: SgNode): SgNode | undefined {
  if (['list_comprehension', 'generator_expression', 'identifier'].includes(String(node.kind()))) return node;
  return node.kind() === 'call' && ['list', 'tuple'].includes(node.field('function')?.text() ?? '') ? (node.field('arguments')?.kind() === 'generator_expression' ? (node.field('arguments') ?? undefined) : callArguments(node).positional[0]) : undefined;
}

type Items = Omit<Collected, 'call' | 'isArray'>;

function comprehended(call: SgNode, list: SgNode): Items | null {
  const [element, clause, ...more] = parts(list);
  const start = clause?.field('left');
  const over = clause?.field('right');
  if (element === undefined || clause?.kind() !== 'for_in_clause' || more.length > 0 || start?.kind() !== 'identifier' || over === null || over === undefined) return null;
  const at = { at: statementOf(call), replacesAt: false, gone: [] };
  // `[data[starts[k]:starts[k] + T] for k in range(len(starts))]`
  const indexed = all(element, 'subscript').find((one) => one.field('value')?.kind() === 'identifier' && parts(one).at(-1)?.text() === start.text());
  const indexes = all(element, 'identifier').filter((id) => id.text() === start.text());
  if (indexed !== undefined && indexes.every((id) => id.parent()?.text() === indexed.text()) && over.kind() === 'call' && over.field('function')?.text() === 'range' && callArguments(over).positional.length === 1) {
    const value = indexed.field('value');
    return value === null || same(element, indexed) ? { element, start: start.text(), places: { over }, ...at } : { element, start: indexed.text(), places: { over: value }, ...at };
  }
  return { element, start: start.text(), places: { over }, ...at };
}

/** `data[i:i + T]` of `data[i:i + T].unsqueeze(0)`, `[None]` and `[np.newaxis]`. */
function withoutRow(element: SgNode): SgNode | null {
  const node = unwrapped(element);
  const method = methodOf(node);
  if (method?.method === 'unsqueeze' && /^\((?:dim=)?0\)$/.test(node.field('arguments')?.text() ?? '')) return method.receiver;
  return node.kind() === 'subscript' && /\[(?:None|np\.newaxis|numpy\.newaxis)\]$/.test(node.text()) ? node.field('value') : null;
}

/** `xs = []`, and `for i in places: xs.append(data[i:i + T])`, where nothing else is done with `xs`. */
function filledByLoop(module: PyModule, call: SgNode, list: SgNode): Items | null {
  const scope = module.scopeOf(call);
  const uses = module.uses(scope, list.text());
  const made = uses.filter(({ role }) => role === 'write');
  const loop = owned(module, scope, 'for_statement').find((one) => uses.some(({ node }) => within(node, one.field('body') ?? one)) && !within(call, one));
  const left = made[0]?.node.parent();
  if (made.length !== 1 || loop === undefined || uses.length !== 3 || left === null || left === undefined || !same(statementOf(call).parent(), loop.parent()) || indentOf(module, loop) === null) return null;
  const start = loop.field('left');
  const over = loop.field('right');
  const body = bodyOf(loop);
  const [first] = body;
  const drawn = first?.kind() === 'expression_statement' && parts(first)[0]?.kind() === 'assignment' ? parts(first)[0] : undefined;
  const appends = drawn === undefined ? body : body.slice(1);
  const lists = appends.map((one) => { const of = methodOf(parts(one)[0] ?? null); return of?.method === 'append' && of.receiver.kind() === 'identifier' ? of.receiver.text() : null; });
  const own = appends.find((_, i) => lists[i] === list.text());
  const element = own === undefined ? undefined : callArguments(parts(own)[0] ?? own).positional[0];
  if (start?.kind() !== 'identifier' || over === null || element === undefined || lists.includes(null) || new Set(lists).size !== lists.length) return null;
  // All lists of the loop have to go, or it stays.
  const others = lists.filter((name) => name !== null && !isOnlyStacked(module, scope, name, loop));
  const gone = withoutLists(module, lists.flatMap((name) => name ?? []), scope);
  if (others.length > 0 || gone === null) return null;
  if (drawn === undefined) return { element, start: start.text(), places: { over }, at: loop, replacesAt: true, gone };
  const each = drawn.field('right');
  const name = drawn.field('left');
  const count = over.kind() === 'call' && over.field('function')?.text() === 'range' && callArguments(over).positional.length === 1 ? callArguments(over).positional[0] : undefined;
  const isFree = each !== null && !all(each, 'identifier').some((id) => id.text() === start.text());
  return count === undefined || each === null || !isFree || name?.kind() !== 'identifier' || elsewhere(module, scope, name.text(), loop) ? null : { element, start: name.text(), places: { each, count }, at: loop, replacesAt: true, gone };
}

function elsewhere(module: PyModule, scope: SgNode, name: string, loop: SgNode): boolean {
  return module.uses(scope, name).some(({ node }) => !within(node, loop));
}

/** Whether a list is made, filled in the loop, and put together, and nothing else. */
function isOnlyStacked(module: PyModule, scope: SgNode, name: string, loop: SgNode): boolean {
  const uses = module.uses(scope, name);
  return uses.length === 3 && uses.some(({ node }) => within(node, loop)) && uses.some(({ node, role }) => role !== 'write' && !within(node, loop) && [...tensorStacks, ...arrayStacks].includes(module.pathOf(node.parent()?.parent()?.field('function') ?? null) ?? ''));
}

/** Takes `xs = []` and `xs, ys = [], []` away; null where a list begins as anything else. */
function withoutLists(module: PyModule, names: readonly string[], scope: SgNode): TextEdit[] | null {
  const statements = all(scope, 'assignment').filter((one) => {
    const left = one.field('left');
    const written = left === null ? [] : left.kind() === 'identifier' ? [left.text()] : parts(left).map((part) => part.text());
    return written.some((name) => names.includes(name));
  });
  const isEmpty = statements.every((one) => /^(?:\[\](?:\s*,\s*\[\])*|\(\[\](?:\s*,\s*\[\])*\))$/.test(one.field('right')?.text() ?? '') && (one.field('left')?.kind() === 'identifier' || parts(one.field('left') ?? one).every((part) => names.includes(part.text()))));
  return isEmpty && statements.length > 0 ? statements.map((one) => withoutStatement(module, statementOf(one))) : null;
}
