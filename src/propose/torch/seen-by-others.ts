import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, lineOf, parts, startOf, within } from '../source/tree.js';
import type { PyModule } from './module.js';
import { initialOf } from './numbers.js';

/** Why the values of a list may be looked at by other code while a loop appends to it; null where they cannot be. */
export function whyShared(module: PyModule, name: SgNode, loop: SgNode): string | null {
  const text = name.text();
  const uses = module.uses(module.scopeOf(name), text);
  const isMadeEmpty = uses.some((use) => use.role === 'write') && uses.every((use) => use.role !== 'declare' && (use.role !== 'write' || isEmptyList(use.node)));
  if (!isMadeEmpty) return `\`${text}\` is not made as an empty list in this function: other code may see it.`;
  const before = uses.find((use) => use.role !== 'write' && startOf(use.node) < startOf(loop));
  return before === undefined ? null : `\`${text}\` is used in line ${lineOf(before.node)}, before the loop: other code may see it.`;
}

/** Why a name may be read after an exception has left a loop, and so before its values are fetched; null where it cannot be. */
export function whyReadAfterErrors(module: PyModule, name: SgNode, loop: SgNode): string | null {
  const scope = module.scopeOf(loop);
  const uses = module.uses(module.scopeOf(name), name.text());
  for (let at = guardAround(loop, scope); at !== null; at = guardAround(at, scope)) {
    const body = at.field('body');
    const later = body === null || !within(loop, body) ? undefined : uses.find((use) => use.role !== 'write' && !within(use.node, body));
    if (later !== undefined) return `\`${name.text()}\` is used in line ${lineOf(later.node)}, where an exception that leaves the loop may lead.`;
  }
  return null;
}

/** `try:` or `with suppress(…):` around the node. */
function guardAround(node: SgNode, scope: SgNode): SgNode | null {
  return ancestorWhere(node, (at) => at.kind() === 'try_statement' || (at.kind() === 'with_statement' && /\bsuppress\(/.test(at.namedChildren()[0]?.text() ?? '')), scope);
}

/** `[]` or `list()`, and for this name only. */
function isEmptyList(id: SgNode): boolean {
  const value = initialOf(id);
  const isChained = id.parent()?.parent()?.kind() === 'assignment' && id.parent()?.kind() === 'assignment';
  const isSole = id.parent()?.field('right')?.kind() !== 'assignment' && !isChained;
  return isSole && ((value.kind() === 'list' && parts(value).length === 0) || value.text() === 'list()');
}
