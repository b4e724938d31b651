import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, within } from '../source/tree.js';

/** Builtin functions that are done with a generator when they return. */
const consumers = new Set(['any', 'all', 'sum', 'min', 'max', 'sorted', 'list', 'set', 'tuple', 'dict', 'frozenset', 'len']);

/** Whether the node is a generator expression that may go on after the statement it stands in: not `any(x in xs for x in ys)`. */
export function runsLater(node: SgNode | null): boolean {
  if (node?.kind() !== 'generator_expression') return false;
  const parent = node.parent();
  const callee = (parent?.kind() === 'argument_list' ? parent.parent() : parent)?.field('function') ?? null;
  if (callee?.kind() === 'identifier') return !consumers.has(callee.text());
  return callee?.kind() !== 'attribute' || callee.field('attribute')?.text() !== 'join';
}

/** Whether the node is run by such a generator and not when it is made, as what its first `for` goes over is. */
export function isInLaterGenerator(node: SgNode, limit: SgNode): boolean {
  const generator = ancestorWhere(node, runsLater, limit);
  if (generator === null) return false;
  const first = generator.namedChildren().find((child) => child.kind() === 'for_in_clause')?.field('right') ?? null;
  return first === null || !within(node, first) || isInLaterGenerator(generator, limit);
}
