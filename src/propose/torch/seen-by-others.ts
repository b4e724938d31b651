import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, lineOf, startOf, within } from '../source/tree.js';
import type { Cell, CellUse } from './cells.js';

/** Why the values of a list or dict may be looked at by other code while a loop writes to it; null where they cannot be. */
export function whyShared({ module, holder, text, scope }: Cell, uses: readonly CellUse[], loop: SgNode): string | null {
  if (holder.kind() === 'identifier' && module.names(scope).isParameter(holder.text())) return `\`${text}\` is not made as an empty list in this function: other code may see it.`;
  const shared = uses.find(({ node, role, elsewhere }) => role === 'write' && !elsewhere && isShared(node));
  if (shared !== undefined) return `\`${text}\` is not made as an empty list in this function alone, in line ${lineOf(shared.node)}: other code may see it.`;
  const before = uses.find(({ node, role, elsewhere }) => role === 'read' && !elsewhere && startOf(node) < startOf(loop));
  return before === undefined ? null : `\`${text}\` is used in line ${lineOf(before.node)}, before the loop: other code may see it.`;
}

/** `a = b = []`: one list under two names. */
function isShared(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'assignment' && (parent.field('right')?.kind() === 'assignment' || parent.parent()?.kind() === 'assignment');
}

/** Why a cell may be read after an exception has left a loop, and so before its values are fetched; null where it cannot be. */
export function whyReadAfterErrors({ module, text, holder }: Cell, uses: readonly CellUse[], loop: SgNode): string | null {
  const scope = module.scopeOf(loop);
  for (let at = guardAround(loop, scope); at !== null; at = guardAround(at, scope)) {
    const body = at.field('body');
    const later = body === null || !within(loop, body) ? undefined : uses.find(({ node, role, elsewhere }) => role !== 'write' && (elsewhere ? holder.kind() === 'attribute' : !within(node, body)));
    if (later !== undefined) return `\`${text}\` is used in line ${lineOf(later.node)}, where an exception that leaves the loop may lead.`;
  }
  return null;
}

/** `try:` or `with suppress(…):` around the node. */
function guardAround(node: SgNode, scope: SgNode): SgNode | null {
  return ancestorWhere(node, (at) => at.kind() === 'try_statement' || (at.kind() === 'with_statement' && /\bsuppress\(/.test(at.namedChildren()[0]?.text() ?? '')), scope);
}
