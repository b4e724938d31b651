import type { SgNode } from '@ast-grep/napi';
import { isPrivateList } from '../../python/effects.js';
import { methodCall, type PyFunction } from '../../python/function.js';
import { all, ancestorWhere, endOf, lineOf, parts, startOf, within } from '../../source/tree.js';
import { indentOf } from '../../python/regions.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, Rewrite } from '../recipe.js';

export const comprehension: PythonRecipe = {
  family: 'python',
  name: 'comprehension',
  languages: ['python'],
  category: 'allocation',
  title: 'Build a list by a comprehension instead of by `append` in a loop',
  evidence: { findings: hostWork, text: 'A loop whose own lines are hot and that only appends.' },
  condition:
    'The loop stands right after the empty list is made and does nothing but append, at most under one `if`. The list is known to nobody else and not read by the loop; the variables of the loop are used nowhere else. It is not in a `try`, so nobody sees the list half built.',
  risk: 'None known.',
  expected: 'A few percent to a third of the loop.',
  references: ['https://docs.python.org/3/tutorial/datastructures.html#list-comprehensions'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition') return [];
    return fn.owned('for_statement').flatMap((loop) => {
      const rewrite = rewriteLoop(fn, loop);
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteLoop(fn: PyFunction, loop: SgNode): Rewrite | null {
  const before = loop.prev();
  const assignment = before?.kind() === 'expression_statement' ? parts(before)[0] : undefined;
  const name = assignment?.kind() === 'assignment' ? assignment.field('left') : null;
  if (before === null || name?.kind() !== 'identifier' || assignment?.field('right')?.text() !== '[]' || indentOf(fn, before) === null) return null;
  if (!isPrivateList(fn, name.text()) || loop.text().includes('#') || loop.text().startsWith('async') || loop.field('alternative') !== null) return null;
  if (ancestorWhere(loop, (at) => at.kind() === 'try_statement' || at.kind() === 'with_statement', fn.hot) !== null) return null;
  const body = appendedIn(loop);
  const left = loop.field('left');
  const right = loop.field('right');
  if (body === null || left === null || right === null || body.list !== name.text() || right.kind() === 'expression_list') return null;
  // One use is the append itself; the list must not be read while it is built.
  if (fn.uses(name.text()).filter((use) => within(use.node, loop)).length !== 1) return null;
  if (!loopVariables(left).every((variable) => fn.uses(variable).every((use) => within(use.node, loop) && !use.deferred && use.role !== 'declare'))) return null;
  if (all(loop, 'yield', 'await', 'named_expression', 'lambda').length > 0 || all(left, 'attribute', 'subscript').length > 0) return null;
  // `super()` needs the frame of the method, which a comprehension is not before Python 3.12.
  if (fn.uses('super').some((use) => within(use.node, loop)) || fn.uses('__class__').length > 0) return null;
  const condition = body.condition === null ? '' : ` if ${wrapped(body.condition)}`;
  const over = right.kind() === 'conditional_expression' || right.kind() === 'lambda' ? `(${right.text()})` : right.text();
  return {
    title: `build \`${name.text()}\` by a comprehension`,
    line: lineOf(loop),
    edits: [{ start: startOf(before), end: endOf(loop), text: `${assignmentHead(fn, before)}[${wrapped(body.value)} for ${left.text()} in ${over}${condition}]` }],
  };
}

/** `name = ` with its annotation, as it stands. */
function assignmentHead(fn: PyFunction, statement: SgNode): string {
  return fn.source.slice(startOf(statement), endOf(statement)).replace(/\[\]$/, '');
}

function wrapped(node: SgNode): string {
  return ['conditional_expression', 'generator_expression', 'expression_list'].includes(String(node.kind())) ? `(${node.text()})` : node.text();
}

function loopVariables(left: SgNode): string[] {
  return left.kind() === 'identifier' ? [left.text()] : all(left, 'identifier').map((id) => id.text());
}

/** The one `list.append(value)` that is all of the loop's body, with the `if` around it. */
function appendedIn(loop: SgNode): { list: string; value: SgNode; condition: SgNode | null } | null {
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
  const call = methodCall(statement?.kind() === 'expression_statement' ? (parts(statement)[0] ?? null) : null);
  const value = call?.args[0];
  if (call?.method !== 'append' || call.receiver.kind() !== 'identifier' || call.args.length !== 1 || value === undefined) return null;
  return ['list_splat', 'dictionary_splat', 'keyword_argument'].includes(String(value.kind())) ? null : { list: call.receiver.text(), value, condition };
}
