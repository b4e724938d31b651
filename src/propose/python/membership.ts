import type { SgNode } from '@ast-grep/napi';
import type { PyFunction } from './function.js';
import { typeOf } from './types.js';
import { same } from '../source/tree.js';

/** `value in container` or `value not in container`. */
export interface MembershipTest {
  node: SgNode;
  value: SgNode;
  container: SgNode;
  operator: 'in' | 'not in';
}

/** The tests that the hot function runs, but those that a recipe has left as the slow way of a guarded one. */
export function membershipTests(fn: PyFunction): MembershipTest[] {
  return fn.owned('comparison_operator').flatMap((node) => {
    const [value, container, ...more] = node.namedChildren();
    const operator = node.children().filter((child) => !child.isNamed()).map((child) => child.text()).join(' ').replace(/\s+/g, ' ');
    if (value === undefined || container === undefined || more.length > 0 || (operator !== 'in' && operator !== 'not in')) return [];
    return isFallback(node) ? [] : [{ node, value, container, operator }];
  });
}

function isFallback(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'conditional_expression' && same(parent.namedChildren()[2] ?? null, node) && (parent.namedChildren()[1]?.text().startsWith('type(') ?? false);
}

/**
 * The test against a set with the same hashable elements. A value that can be hashed for sure is looked up; a variable of
 * unknown type is looked up only if it holds a str or int, which no unhashable thing equals. Null when neither fits.
 */
export function setTest(fn: PyFunction, test: MembershipTest, set: string): string | null {
  const fast = `${test.value.text()} ${test.operator} ${set}`;
  if (typeOf(fn, test.value) !== null) return fast;
  if (test.value.kind() !== 'identifier' || !fn.areBuiltin('type', 'str', 'int')) return null;
  const value = test.value.text();
  return `(${fast} if type(${value}) is str or type(${value}) is int else ${test.node.text()})`;
}
