import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, same, startOf } from '../source/tree.js';
import type { PyModule } from './module.js';
import { owned, statementOf } from './statements.js';

/** What gives items, or is one: a loader calls it for each. */
const starts = new Set(['__getitem__', '__getitems__', '__iter__', '__call__']);
/** Expressions of which a part may be left out. */
const choices = new Set(['conditional_expression', 'boolean_operator', 'lambda', 'elif_clause', 'case_clause', 'assert_statement', 'list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression']);

/**
 * Whether an expression of a method is computed for every item: it stands in the method's own block, no choice is around it, nothing
 * ends the method in front of it, and the same holds for a call of the method where it is not one that gives items.
 */
export function isForEveryItem(module: PyModule, owner: SgNode, node: SgNode, depth = 0): boolean {
  const method = module.scopeOf(node);
  if (method.kind() !== 'function_definition' || !isAlwaysRun(module, method, node)) return false;
  const name = method.field('name')?.text() ?? '';
  if (starts.has(name)) return true;
  return depth < 3 && all(owner, 'call').some((call) => call.field('function')?.text() === `self.${name}` && !same(module.scopeOf(call), method) && isForEveryItem(module, owner, call, depth + 1));
}

function isAlwaysRun(module: PyModule, method: SgNode, node: SgNode): boolean {
  const statement = statementOf(node);
  if (!same(statement.parent(), method.field('body')) || choices.has(String(statement.kind()))) return false;
  if (ancestorWhere(node, (at) => choices.has(String(at.kind())), statement) !== null) return false;
  return !owned(module, method, 'return_statement', 'raise_statement', 'assert_statement', 'yield').some((end) => startOf(end) < startOf(statement));
}
