import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { declareBefore, placeBefore, regionsOf } from '../../javascript/regions.js';
import { methodCall } from '../../javascript/syntax.js';
import { privateKind } from '../../javascript/values.js';
import { ancestorWhere, endOf, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite, TextEdit } from '../recipe.js';
import { appendText, growthOf, isIteratedAround } from './append-in-place.js';

export const queueByIndex: JavaScriptRecipe = {
  family: 'javascript',
  name: 'queue-by-index',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Take from the front of a queue by an index instead of `shift()`',
  evidence: { findings: hostWork, text: 'Time in `shift`, which moves every element.' },
  condition: 'The queue is an array made in this function that nothing else can refer to, and all that happens to it is `push`, `shift`, `q = q.concat(…)` and reading its length.',
  risk: 'What was taken stays in memory until the function returns.',
  expected: 'Large where the queue grows past some ten thousand elements, or is copied by `concat`; small below.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/shift'],
  apply(fn) {
    const names = new Set(fn.owned('call_expression').flatMap((node) => (methodCall(node)?.method === 'shift' ? [methodCall(node)?.receiver.text() ?? ''] : [])));
    return [...names].flatMap((name) => {
      const rewrite = rewriteQueue(fn, name);
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteQueue(fn: JsFunction, name: string): Rewrite | null {
  const declarator = fn.binding(name)?.declarator ?? null;
  if (declarator === null || privateKind(fn, name) !== 'array') return null;
  const place = placeBefore(declarator);
  if (place === null) return null;
  const head = fn.names.fresh(`${name}Head`);
  const edits: TextEdit[] = [];
  let firstShift: SgNode | null = null;
  for (const { node, role } of fn.uses(name)) {
    if (role === 'declare') continue;
    if (node.parent()?.parent()?.parent()?.kind() === 'assignment_expression' && isWithinGrowth(node, name)) continue;
    const edit = role === 'write' ? growth(fn, node, name) : access(node, name, head);
    if (edit === null) return null;
    if (edit === 'push') continue;
    if (edit.text.includes('++]') && firstShift === null && regionsOf(fn, node).length > 0) firstShift = node;
    edits.push(edit);
  }
  if (firstShift === null) return null;
  return { title: `take from \`${name}\` by an index`, line: lineOf(firstShift), edits: [...declareBefore(fn, place, [`${fn.variable} ${head} = 0;`]), ...edits] };
}

/** The `q` on the right of `q = q.concat(…)`: the whole statement is replaced where the left one is met. */
function isWithinGrowth(node: SgNode, name: string): boolean {
  const assignment = ancestorWhere(node, (at) => at.kind() === 'assignment_expression');
  return assignment !== null && assignment.field('left')?.text() === name && growthOf(assignment, name) !== null;
}

function growth(fn: JsFunction, node: SgNode, name: string): TextEdit | null {
  const assignment = node.parent();
  const statement = assignment?.parent() ?? null;
  if (assignment?.kind() !== 'assignment_expression' || statement?.kind() !== 'expression_statement') return null;
  const found = growthOf(assignment, name);
  if (found?.kind !== 'concat' || found.value.text().includes(name) || isIteratedAround(fn, name, node) || !fn.isBuiltin('Array')) return null;
  return { start: startOf(statement), end: endOf(statement), text: appendText(fn, name, found) };
}

function access(node: SgNode, name: string, head: string): TextEdit | 'push' | null {
  const member = node.parent();
  if (member?.kind() !== 'member_expression' || !same(member.field('object'), node)) return null;
  const property = member.field('property')?.text();
  const call = member.parent();
  const found = call?.kind() === 'call_expression' && same(call.field('function'), member) ? methodCall(call) : null;
  if (found?.optional === true) return null;
  if (call !== null && found?.method === 'shift' && found.args.length === 0) {
    return { start: startOf(call), end: endOf(call), text: `(${head} < ${name}.length ? ${name}[${head}++] : undefined)` };
  }
  if (call !== null && found?.method === 'push') return call.parent()?.kind() === 'expression_statement' ? 'push' : null;
  const isRead = property === 'length' && found === null && !['assignment_expression', 'augmented_assignment_expression', 'update_expression'].includes(String(call?.kind()));
  return isRead ? { start: startOf(member), end: endOf(member), text: `(${name}.length - ${head})` } : null;
}
