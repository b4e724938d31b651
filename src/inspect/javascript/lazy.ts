import { nameOf } from '../../propose/source/locate.js';
import type { Scopes } from './scopes.js';

/** The functions of a file by name, and whether what they give is a promise or a generator. */
export function javascriptDeferred({ functions }: Scopes): Map<string, { deferred: boolean; line: number }> {
  const found = new Map<string, { deferred: boolean; line: number }>();
  for (const fn of functions) {
    const name = nameOf(fn);
    if (name === null || found.has(name)) continue;
    const deferred = String(fn.kind()).startsWith('generator') || fn.children().some((child) => child.kind() === 'async' || child.kind() === '*');
    found.set(name, { deferred, line: fn.range().start.line + 1 });
  }
  return found;
}
