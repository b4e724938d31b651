import type { SgNode } from '@ast-grep/napi';
import { same } from '../source/tree.js';
import type { JsFunction } from './function.js';
import { bare, methodCall } from './syntax.js';

/** A test whether an array holds a value: `a.includes(x)`, `a.indexOf(x) !== -1` in all its forms. */
export interface MembershipTest {
  /** The whole test, comparison included. */
  node: SgNode;
  array: SgNode;
  value: SgNode;
  /** True when the test holds for an array with the value. */
  present: boolean;
  method: 'includes' | 'indexOf';
}

/** The tests that the hot function runs, but those that a recipe has already left as the slow way of a guarded one. */
export function membershipTests(fn: JsFunction): MembershipTest[] {
  return fn.owned('call_expression').flatMap((call) => {
    const test = membershipTest(call);
    return test === null || isFallback(test.node) ? [] : [test];
  });
}

const stringMethods = new Set(['charAt', 'charCodeAt', 'codePointAt', 'substring', 'substr', 'toLowerCase', 'toUpperCase', 'trim', 'startsWith', 'endsWith', 'replace', 'split', 'match', 'padStart', 'padEnd', 'localeCompare', 'normalize', 'repeat']);

/** Whether the function treats the variable as a string: a Set would never be used, and its trial wasted. */
export function looksLikeString(fn: JsFunction, name: string): boolean {
  return fn.uses(name).some(({ node }) => {
    const parent = node.parent();
    if (parent?.kind() === 'member_expression' && same(parent.field('object'), node)) return stringMethods.has(parent.field('property')?.text() ?? '');
    return parent?.kind() === 'required_parameter' && parent.field('type')?.text().replace(/[:\s]/g, '') === 'string';
  });
}

function membershipTest(node: SgNode): MembershipTest | null {
  const call = methodCall(node);
  const value = call?.args[0];
  if (call === null || value === undefined || call.args.length > 1 || call.optional || value.kind() === 'spread_element') return null;
  const array = call.receiver;
  if (call.method === 'includes') return { node, array, value, present: true, method: 'includes' };
  if (call.method !== 'indexOf') return null;
  const outer = node.parent();
  if (outer?.kind() === 'unary_expression' && outer.field('operator')?.text() === '~') return isTruthiness(outer) ? { node: outer, array, value, present: true, method: 'indexOf' } : null;
  if (outer?.kind() !== 'binary_expression') return null;
  const left = outer.field('left');
  const right = outer.field('right');
  if (left === null || right === null) return null;
  const onLeft = same(bare(left), node);
  const operator = outer.field('operator')?.text() ?? '';
  const present = comparison(onLeft ? operator : mirrored(operator), (onLeft ? right : left).text());
  return present === null ? null : { node: outer, array, value, present, method: 'indexOf' };
}

function comparison(operator: string, bound: string): boolean | null {
  if (bound === '-1') return { '===': false, '==': false, '<=': false, '!==': true, '!=': true, '>': true }[operator] ?? null;
  if (bound === '0') return { '<': false, '>=': true }[operator] ?? null;
  return null;
}

function mirrored(operator: string): string {
  return { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }[operator] ?? operator;
}

/** `~x` is a number; only where just its truth counts may it become a boolean. */
function isTruthiness(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'unary_expression') return parent.field('operator')?.text() === '!';
  if (parent?.kind() === 'ternary_expression') return same(parent.field('condition'), node);
  return parent?.kind() === 'parenthesized_expression' && ['if_statement', 'while_statement', 'do_statement'].includes(String(parent.parent()?.kind()));
}

/** Whether the node is the alternative of `guard ? fast : node`: recipes leave the original there and must not fire again. */
export function isFallback(node: SgNode): boolean {
  for (let at = node, parent = node.parent(); parent !== null; at = parent, parent = parent.parent()) {
    if (parent.kind() === 'ternary_expression') return same(parent.field('alternative'), at) && (parent.field('condition')?.text().endsWith('!== null') ?? false);
    if (!['parenthesized_expression', 'unary_expression', 'binary_expression'].includes(String(parent.kind()))) return false;
  }
  return false;
}
