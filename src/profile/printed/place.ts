import { posix } from 'node:path';
import { isCallable } from '../../scan/outline/outline.js';
import { definedIn, definitionsOf, nameParts, type Located } from '../../scan/resolve/definitions.js';
import type { SourceTree } from '../../scan/source-tree.js';
import type { HotRow } from './hot-row.js';
import { symbolName } from './symbol-name.js';

/** Where a printed function is defined; `several`: files that each define one of that name; null: nowhere in the repository. */
export type Place = { kind: 'found'; located: Located } | { kind: 'several'; files: string[] } | null;

/** Libraries whose names a repository may use for functions of its own. */
const standardLibrary = /^(?:std|__gnu_cxx|__cxxabiv1|core|alloc|runtime)(?:::|\.)/;

/** Looks a row up: in the file that it names, by its name and line; else by its name in all of them. */
export function placeOf(tree: SourceTree, row: Pick<HotRow, 'function' | 'file' | 'line'>): Place {
  const name = symbolName(row.function);
  if (row.file === null) return standardLibrary.test(name) ? null : byName(tree, name);
  const file = fileOf(tree, row.file);
  return file === null ? null : inFile(tree, file, name, row.line);
}

/** The file of the tree that is meant by an absolute path of wherever it was profiled, or by its end. */
function fileOf(tree: SourceTree, named: string): string | null {
  const path = posix.normalize(named.replaceAll('\\', '/')).replace(/^\.\//, '');
  if (tree.has(path)) return path;
  const inside = [...tree.paths].filter((known) => path.endsWith(`/${known}`)).toSorted((one, other) => other.length - one.length);
  if (inside[0] !== undefined) return inside[0];
  const [only, ...others] = posix.isAbsolute(path) ? [] : [...tree.paths].filter((known) => known.endsWith(`/${path}`));
  return only !== undefined && others.length === 0 ? only : null;
}

/** Of several of the name, the one around the line; without a line, or one of that name, the innermost one around it. */
function inFile(tree: SourceTree, file: string, name: string, line: number | null): Place {
  const last = nameParts(name).at(-1) ?? '';
  const named = definedIn(tree, file, (symbol) => isCallable(symbol) && symbol.name === last);
  const around = line === null ? [] : definedIn(tree, file, (symbol) => isCallable(symbol) && symbol.line <= line && symbol.endLine >= line);
  const isAnonymous = !/^[\p{L}_$~]/u.test(last) || last === 'anonymous';
  const both = around.filter((one) => named.some(({ symbol }) => symbol.start === one.symbol.start));
  const located = innermost(both) ?? named[0] ?? (isAnonymous ? innermost(around) : undefined);
  return located === undefined ? null : { kind: 'found', located };
}

function byName(tree: SourceTree, name: string): Place {
  const callable = (named: string): Located[] => definitionsOf(tree, named).filter(({ symbol }) => isCallable(symbol));
  const whole = callable(name);
  // Profilers put the package (Go) or the crate (Rust) first, which no file says of itself.
  const rest = whole.length > 0 ? whole : nameParts(name).slice(1).flatMap((_part, index, parts) => (index === 0 ? callable(parts.join('.')) : [])).filter(({ language }) => language === 'go' || language === 'rust');
  const files = [...new Set(rest.map(({ file }) => file))];
  const [first] = rest;
  if (first === undefined) return null;
  return files.length === 1 ? { kind: 'found', located: first } : { kind: 'several', files };
}

function innermost(all: readonly Located[]): Located | undefined {
  return all.toSorted((one, other) => other.symbol.line - one.symbol.line)[0];
}
