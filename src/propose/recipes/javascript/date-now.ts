import type { SgNode } from '@ast-grep/napi';
import { replacementEdit } from '../../javascript/helper-call.js';
import { methodCall } from '../../javascript/syntax.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const dateNow: JavaScriptRecipe = {
  family: 'javascript',
  name: 'date-now',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Read the clock by `Date.now()` instead of through a Date object',
  evidence: { findings: hostWork, text: 'A hot function that asks for the time.' },
  condition: '`new Date().getTime()`, `new Date().valueOf()` and `+new Date()` are defined as the same number; nothing in the file declares `Date`.',
  risk: 'A test that replaces the `Date` constructor must replace `Date.now` too.',
  expected: 'Saves one object a call.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Date/now'],
  apply(fn) {
    if (!fn.isBuiltin('Date')) return [];
    const readings = fn.owned('call_expression', 'unary_expression').filter(isReading);
    const first = readings[0];
    if (first === undefined) return [];
    return [{ title: 'read the clock by Date.now()', line: lineOf(first), edits: readings.map((node) => replacementEdit(fn, { node, text: 'Date.now()' })) }];
  },
};

function isReading(node: SgNode): boolean {
  if (node.kind() === 'unary_expression') return node.field('operator')?.text() === '+' && isNewDate(node.field('argument'));
  const call = methodCall(node);
  return call !== null && ['getTime', 'valueOf'].includes(call.method) && call.args.length === 0 && isNewDate(call.receiver);
}

function isNewDate(node: SgNode | null): boolean {
  const date = node?.kind() === 'parenthesized_expression' ? (parts(node)[0] ?? null) : node;
  if (date?.kind() !== 'new_expression' || date.field('constructor')?.text() !== 'Date') return false;
  const args = date.field('arguments');
  return args === null || parts(args).length === 0;
}
