import type { SgNode } from '@ast-grep/napi';
import { all, lineOf } from '../../propose/source/tree.js';
import type { Scopes } from './scopes.js';

/** The functions of a file by name, and whether what they give is a generator or a coroutine. */
export function pythonDeferred(root: SgNode, scopes: Scopes): Map<string, { deferred: boolean; line: number }> {
  const found = new Map<string, { deferred: boolean; line: number }>();
  const yielding = new Set(all(root, 'yield').map((node) => scopes.around(node)[0]?.range().start.index));
  for (const fn of all(root, 'function_definition')) {
    const name = [scopes.classAround(fn)?.field('name')?.text(), fn.field('name')?.text()].filter((part) => part !== undefined).join('.');
    if (found.has(name)) continue;
    const deferred = fn.children().some((child) => child.kind() === 'async') || yielding.has(fn.range().start.index);
    found.set(name, { deferred, line: lineOf(fn) });
  }
  return found;
}
