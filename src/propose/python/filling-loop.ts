import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, startOf, within } from '../source/tree.js';
import type { Rewrite } from '../recipes/recipe.js';
import { looksAtLocals } from './effects.js';
import { methodCall, type PyFunction } from './function.js';
import { indentOf } from './regions.js';

/** What a loop does in each round: gives an element to a container that was just made empty. */
export interface Filling {
  container: string;
  /** The text of an element in a comprehension. */
  element: string;
  /** The nodes of it. */
  nodes: SgNode[];
}

export interface FilledKind {
  /** What stands for the empty container. */
  empty: RegExp;
  /** The brackets of its comprehension. */
  brackets: [string, string];
  fillingOf(statement: SgNode): Filling | null;
}

/**
 * The comprehension for a loop that stands right after its container is made empty and does nothing but fill it, at most
 * under one `if`. Null where the container is read by the loop, or may be seen half filled, or where the variables of the
 * loop are used anywhere else.
 */
export function comprehensionFor(fn: PyFunction, loop: SgNode, kind: FilledKind): Rewrite | null {
  const before = loop.prev();
  const assignment = before?.kind() === 'expression_statement' ? parts(before)[0] : undefined;
  const name = assignment?.kind() === 'assignment' ? assignment.field('left') : null;
  const empty = assignment?.field('right') ?? null;
  if (before === null || name?.kind() !== 'identifier' || empty === null || !kind.empty.test(empty.text()) || indentOf(fn, before) === null) return null;
  if (!isOwn(fn, name.text()) || loop.text().includes('#') || loop.text().startsWith('async') || loop.field('alternative') !== null) return null;
  if (ancestorWhere(loop, (at) => at.kind() === 'try_statement' || at.kind() === 'with_statement', fn.hot) !== null) return null;
  const body = filledBy(loop, kind);
  const left = loop.field('left');
  const right = loop.field('right');
  if (body === null || left === null || right === null || body.filling.container !== name.text() || right.kind() === 'expression_list') return null;
  // One use is the filling itself; the container must not be read while it is built.
  if (fn.uses(name.text()).filter((use) => within(use.node, loop)).length !== 1) return null;
  if (!loopVariables(left).every((variable) => fn.uses(variable).every((use) => !use.deferred && use.role !== 'declare' && (within(use.node, loop) || isOfAnother(use.node, loop, fn.hot))))) return null;
  if (all(loop, 'yield', 'await', 'named_expression', 'lambda').length > 0 || all(left, 'attribute', 'subscript').length > 0) return null;
  // `super()` needs the frame of the method, which a comprehension is not before Python 3.12.
  if (fn.uses('super').some((use) => within(use.node, loop)) || fn.uses('__class__').length > 0) return null;
  const condition = body.condition === null ? '' : ` if ${wrapped(body.condition)}`;
  const over = right.kind() === 'conditional_expression' || right.kind() === 'lambda' ? `(${right.text()})` : right.text();
  const [open, close] = kind.brackets;
  return {
    title: `build \`${name.text()}\` by a comprehension`,
    line: lineOf(loop),
    edits: [{ start: startOf(before), end: endOf(loop), text: `${fn.source.slice(startOf(before), startOf(empty))}${open}${body.filling.element} for ${left.text()} in ${over}${condition}${close}` }],
  };
}

const comprehensions = ['list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression'];

/** Whether another loop or comprehension, which does not hold this loop, has given the variable its value there. */
function isOfAnother(id: SgNode, loop: SgNode, limit: SgNode): boolean {
  const binds = (left: SgNode | null): boolean => left !== null && loopVariables(left).includes(id.text());
  return ancestorWhere(id, (at) => {
    if (within(loop, at)) return false;
    if (at.kind() === 'for_statement') return binds(at.field('left')) && [at.field('left'), at.field('body')].some((part) => part !== null && within(id, part));
    if (!comprehensions.includes(String(at.kind()))) return false;
    const clauses = parts(at).filter((child) => child.kind() === 'for_in_clause');
    return clauses.some((clause) => binds(clause.field('left'))) && !clauses.some((clause) => within(id, clause.field('right') ?? clause));
  }, limit) !== null;
}

/** A local variable that no other code can look at while the loop runs. */
function isOwn(fn: PyFunction, name: string): boolean {
  return !looksAtLocals(fn) && fn.uses(name).every(({ role, deferred }) => !deferred && role !== 'foreign');
}

/** The text of an expression as a part of a comprehension. */
export function wrapped(node: SgNode): string {
  return ['conditional_expression', 'generator_expression', 'expression_list'].includes(String(node.kind())) ? `(${node.text()})` : node.text();
}

function loopVariables(left: SgNode): string[] {
  return left.kind() === 'identifier' ? [left.text()] : all(left, 'identifier').map((id) => id.text());
}

/** The one statement that is all of the loop's body, with the `if` around it. */
function filledBy(loop: SgNode, kind: FilledKind): { filling: Filling; condition: SgNode | null } | null {
  const only = parts(loop.field('body') ?? loop);
  let statement = only[0];
  let condition: SgNode | null = null;
  if (only.length !== 1 || statement === undefined) return null;
  if (statement.kind() === 'if_statement') {
    condition = statement.field('condition');
    const inner = parts(statement.field('consequence') ?? statement);
    if (statement.field('alternative') !== null || inner.length !== 1) return null;
    statement = inner[0];
  }
  const filling = statement?.kind() === 'expression_statement' ? kind.fillingOf(parts(statement)[0] ?? statement) : null;
  return filling === null || filling.nodes.some((node) => ['list_splat', 'dictionary_splat', 'keyword_argument'].includes(String(node.kind()))) ? null : { filling, condition };
}

/** A filling by `container.method(element)`. */
export function filledByMethod(method: string): (expression: SgNode) => Filling | null {
  return (expression) => {
    const call = methodCall(expression);
    const value = call?.args[0];
    if (call?.method !== method || call.receiver.kind() !== 'identifier' || call.args.length !== 1 || value === undefined) return null;
    return { container: call.receiver.text(), element: wrapped(value), nodes: [value] };
  };
}
