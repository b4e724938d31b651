import { fullName, type By, type SourceSymbol } from '../outline/outline.js';
import { filesThatMayDefine, outlineIn } from '../outlines.js';
import type { ScanLanguage } from '../language.js';
import type { SourceTree } from '../source-tree.js';
import { moduleFiles } from './modules.js';

/** A definition and where it is. */
export interface Located {
  file: string;
  language: ScanLanguage;
  by: By;
  symbol: SourceSymbol;
}

/** Every definition of a name, also of one such as `Class.method`, `ns::f` or `package.module.f`; files are looked at until there are `enough`. */
export function definitionsOf(tree: SourceTree, named: string, enough = Infinity): Located[] {
  const parts = nameParts(named);
  const name = parts.at(-1) ?? '';
  if (name === '') return [];
  const whole = parts.join('.');
  const found: Located[] = [];
  for (const { path } of filesThatMayDefine(tree, name)) {
    found.push(...definedIn(tree, path, (symbol) => symbol.name === name && (parts.length === 1 || `.${moduleOf(path)}.${fullName(symbol)}`.endsWith(`.${whole}`))));
    if (found.length >= enough) break;
  }
  return found;
}

/** `a::b.c` as a, b, c. */
export const nameParts = (named: string): string[] => named.split(/::|[.#]/).filter((part) => part !== '');

/** What imports call a file: its path with dots, without its ending; a package is its folder. */
const moduleOf = (path: string): string => path.replace(/\.\w+$/, '').replace(/\/(?:__init__|index|mod)$/, '').replaceAll('/', '.');

/** Definitions of one file that satisfy a test. */
export function definedIn(tree: SourceTree, file: string, test: (symbol: SourceSymbol) => boolean): Located[] {
  const outline = outlineIn(tree, file);
  if (outline === null) return [];
  return outline.symbols.filter(test).map((symbol) => ({ file, language: outline.language, by: outline.by, symbol }));
}

/** Modules that hand names on, one through the other. */
const mostHops = 6;

/** What a name means for who imports it from a file: defined there, or handed on from another file. */
export function exportedFrom(tree: SourceTree, file: string, name: string, hops = mostHops): Located[] {
  const outline = outlineIn(tree, file);
  if (outline === null || hops === 0) return [];
  const wanted = name === 'default' ? (defaultExport(tree, file) ?? name) : name;
  const own = definedIn(tree, file, (symbol) => symbol.name === wanted && isTopLevel(outline.symbols, symbol));
  if (own.length > 0) return own;
  for (const { module, names } of outline.imports) {
    const brought = names.find(({ as }) => as === wanted) ?? names.find(({ as }) => as === '*');
    if (brought === undefined || brought.name === '*' && brought.as !== '*') continue;
    const found = moduleFiles(tree, { from: file, module, language: outline.language }).flatMap((target) => exportedFrom(tree, target, brought.as === '*' ? wanted : brought.name, hops - 1));
    if (found.length > 0) return found;
  }
  return [];
}

/** Outside of functions and types. Namespaces do not count. */
export function isTopLevel(symbols: readonly SourceSymbol[], symbol: SourceSymbol): boolean {
  if (symbol.container === null) return true;
  if (symbol.isLocal || symbol.kind === 'method') return false;
  return symbol.container.split('.').every((part) => symbols.some(({ name, kind }) => name === part && kind === 'namespace'));
}

/** The name of what a JavaScript module gives whole. */
export function defaultExport(tree: SourceTree, file: string): string | null {
  const text = tree.text(file) ?? '';
  return /\bexport\s+default\s+(?:async\s+)?(?:function\s*\*?\s*|(?:abstract\s+)?class\s+)?([A-Za-z_$][\w$]*)/.exec(text)?.[1] ?? /\bmodule\.exports\s*=\s*(?:async\s+)?(?:function\s*\*?\s*|class\s+)?([A-Za-z_$][\w$]*)/.exec(text)?.[1] ?? null;
}

