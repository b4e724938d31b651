import type { SgNode } from '@ast-grep/napi';

export const startOf = (node: SgNode): number => node.range().start.index;
export const endOf = (node: SgNode): number => node.range().end.index;
/** 1-based. */
export const lineOf = (node: SgNode): number => node.range().start.line + 1;

export function same(a: SgNode | null, b: SgNode | null): boolean {
  return a !== null && b !== null && a.id() === b.id() && a.kind() === b.kind();
}

/** Whether `inner` lies in `outer`, or is it. */
export function within(inner: SgNode, outer: SgNode): boolean {
  return startOf(inner) >= startOf(outer) && endOf(inner) <= endOf(outer);
}

/** Visits the node and what is in it, outer first. The visitor answers false to stay out of a node. */
export function walk(node: SgNode, visit: (node: SgNode) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of node.namedChildren()) walk(child, visit);
}

/** All nodes of the kinds in the node, in source order. */
export function all(node: SgNode, ...kinds: string[]): SgNode[] {
  return node.findAll({ rule: kinds.length === 1 ? { kind: kinds[0] ?? '' } : { any: kinds.map((kind) => ({ kind })) } });
}

/** The named children without comments. */
export function parts(node: SgNode): SgNode[] {
  return node.namedChildren().filter((child) => child.kind() !== 'comment');
}

/** The innermost ancestor (the node itself excluded) that satisfies the test, looking no further than `limit`. */
export function ancestorWhere(node: SgNode, test: (node: SgNode) => boolean, limit?: SgNode): SgNode | null {
  for (let at = node.parent(); at !== null; at = at.parent()) {
    if (test(at)) return at;
    if (limit !== undefined && same(at, limit)) return null;
  }
  return null;
}

/** The operator token of a binary, unary or assignment node. */
export function operatorOf(node: SgNode): string {
  return node.field('operator')?.text() ?? node.children().find((child) => !child.isNamed())?.text() ?? '';
}
