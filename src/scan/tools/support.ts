import { filesIn, notesOn } from '../inputs.js';
import { isCallable, type SourceSymbol } from '../outline/outline.js';
import type { CallSite } from '../resolve/call-sites.js';
import { definitionsOf, type Located } from '../resolve/definitions.js';
import type { SourceTree } from '../source-tree.js';

/** What can be called by a name: functions, methods, macros; else types, which construct. */
export function whatIsNamed(tree: SourceTree, name: string): Located[] {
  const all = definitionsOf(tree, name).filter(({ symbol }) => symbol.kind !== 'namespace');
  const callable = all.filter(({ symbol }: { symbol: SourceSymbol }) => isCallable(symbol));
  return callable.length > 0 ? callable : all;
}

/** The call sites in the files that `within` names. */
export function sitesWithin(tree: SourceTree, sites: CallSite[], within: string | null): CallSite[] {
  if (within === null) return sites;
  const files = new Set(filesIn(tree, { within }).map(({ path }) => path));
  return sites.filter(({ file }) => files.has(file));
}

/** `file:line`, the first twenty. */
export function definitionPlaces(definitions: readonly Located[]): string[] {
  return definitions.slice(0, 20).map(({ file, symbol }) => `${file}:${symbol.line}`);
}

/** What the answer to a question about calls cannot see. */
export function callNotes(tree: SourceTree, definitions: readonly Located[]): string[] {
  return [
    ...(definitions.length > 1 ? [`${definitions.length} definitions have this name: name one with what it stands in, such as Class.method.`] : []),
    ...(definitions.length === 0 ? ['It is not defined in the repository.'] : []),
    'Calls of values are not seen: a function that is handed on, kept in a table, or found by its name at run time.',
    ...notesOn(tree),
  ];
}
