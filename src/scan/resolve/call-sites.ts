import { fullName, moduleName, type By, type Outline, type SourceCall, type SourceSymbol } from '../outline/outline.js';
import { filesWith, linesOf, outlineIn } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { meaningOf } from './call.js';
import { definitionsOf, type Located } from './definitions.js';

/** How sure it is that a call means a definition: its scopes and imports say so, or only the name is the same. */
export type Confidence = 'exact' | 'name only';

/** A place that calls a function. */
export interface CallSite {
  file: string;
  line: number;
  column: number;
  /** The line, trimmed; what is longer than 200 characters is cut. */
  text: string;
  /** The function around it, null for code outside of all. */
  caller: SourceSymbol | null;
  callerName: string;
  /** The definitions that it may mean. */
  callees: readonly Located[];
  confidence: Confidence;
  by: By;
}

const longestText = 200;

/** The places that call a function, named as in `definitionsOf`, those that are sure first. Calls that surely mean another function of the same name are left out. */
export function callSites(tree: SourceTree, named: string): CallSite[] {
  return callSitesOf(tree, definitionsOf(tree, named), named);
}

/** The same for definitions that were found; `named` is for a function that is defined outside of the repository. */
export function callSitesOf(tree: SourceTree, definitions: readonly Located[], named: string): CallSite[] {
  const name = definitions[0]?.symbol.name ?? named.split(/::|[.#]/).at(-1) ?? '';
  if (name === '') return [];
  const sites = filesWith(tree, name).flatMap(({ path }) => sitesIn(tree, path, name, definitions));
  return sites.sort((a, b) => Number(b.confidence === 'exact') - Number(a.confidence === 'exact') || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}

function sitesIn(tree: SourceTree, file: string, name: string, definitions: readonly Located[]): CallSite[] {
  const outline = outlineIn(tree, file);
  if (outline === null) return [];
  let lines: string[] | null = null;
  const siteOf = (call: SourceCall, callees: readonly Located[], confidence: Confidence): CallSite => {
    const caller = outline.symbols[call.caller] ?? null;
    lines ??= linesOf(tree.text(file) ?? '');
    const line = lines[call.line - 1]?.trim() ?? '';
    const text = line.length > longestText ? `${line.slice(0, longestText)}…` : line;
    return { file, line: call.line, column: call.column, text, caller, callerName: caller === null ? moduleName : fullName(caller), callees, confidence, by: outline.by };
  };
  const aliases = new Set(outline.imports.flatMap(({ names }) => names.filter((one) => one.name === name).map(({ as }) => as)));
  return outline.calls.flatMap((call) => {
    if (call.name !== name && !(call.receiver === null && aliases.has(call.name))) return [];
    const meaning = meaningOf(tree, file, outline, call);
    if (meaning.kind === 'outside') return definitions.length === 0 ? [siteOf(call, [], 'name only')] : [];
    if (meaning.kind === 'name only') {
      const possible = definitions.filter((one) => mayMean(one, outline, call));
      return definitions.length > 0 && possible.length === 0 ? [] : [siteOf(call, possible, 'name only')];
    }
    const meant = definitions.filter((one) => meaning.targets.some((target) => isSame(target, one)));
    return meant.length === 0 ? [] : [siteOf(call, meant, 'exact')];
  });
}

/** Code of another language is not called, a method not without a receiver. */
export function mayMean({ language, symbol }: Located, outline: Outline, { receiver }: SourceCall): boolean {
  const isScript = (one: string): boolean => one === 'javascript' || one === 'typescript';
  if (language !== outline.language && !(isScript(language) && isScript(outline.language))) return false;
  if (isScript(language) || language === 'c++') return true;
  if (symbol.kind === 'method') return receiver !== null;
  return !symbol.isLocal;
}

export const isSame = (a: Located, b: Located): boolean => a.file === b.file && a.symbol.start === b.symbol.start;
