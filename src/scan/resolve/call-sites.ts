import { posix } from 'node:path';
import { fullName, moduleName, type By, type Outline, type SourceCall, type SourceSymbol } from '../outline/outline.js';
import { filesWith, linesOf, outlineIn } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { meaningOf } from './call.js';
import { defaultExport, definitionsOf, nameParts, type Located } from './definitions.js';

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

/**
 * The places that call a function, named as in `definitionsOf`, those that are sure first. Calls that surely mean another
 * function of the same name are left out. Of a function from outside of the repository (`torch.cuda.synchronize`) those are
 * sure that the imports of their file spell out so.
 */
export function callSites(tree: SourceTree, named: string): CallSite[] {
  return callSitesOf(tree, definitionsOf(tree, named), named);
}

/** The same for definitions that were found; `named` tells what is meant where there is none. */
export function callSitesOf(tree: SourceTree, definitions: readonly Located[], named: string): CallSite[] {
  const name = definitions[0]?.symbol.name ?? nameParts(named).at(-1) ?? '';
  if (name === '') return [];
  // Who imports what a module gives whole chooses the name, mostly near that of the file.
  const wholes = definitions.filter(({ file, symbol }) => /\.[cm]?[jt]sx?$/.test(file) && defaultExport(tree, file) === symbol.name).map(({ file }) => posix.basename(file).replace(/\.\w+$/, ''));
  const files = new Set([name, ...wholes].flatMap((word) => filesWith(tree, word)));
  const sites = [...files].flatMap(({ path }) => (definitions.length === 0 ? outsideSitesIn(tree, path, named) : sitesIn(tree, path, name, definitions)));
  return sites.sort((a, b) => Number(b.confidence === 'exact') - Number(a.confidence === 'exact') || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}

function sitesIn(tree: SourceTree, file: string, name: string, definitions: readonly Located[]): CallSite[] {
  const outline = outlineIn(tree, file);
  if (outline === null) return [];
  const siteOf = siteIn(tree, file, outline);
  const aliases = new Set(outline.imports.flatMap(({ names }) => names.filter((one) => one.name === name || one.name === 'default' || one.name === '*').map(({ as }) => as)));
  return outline.calls.flatMap((call) => {
    const isAlias = call.name !== name;
    if (isAlias && (call.receiver !== null || !aliases.has(call.name))) return [];
    const meaning = meaningOf(tree, file, outline, call);
    if (meaning.kind === 'outside') return [];
    if (meaning.kind === 'name only') {
      const possible = isAlias ? [] : definitions.filter((one) => mayMean(one, outline, call));
      return possible.length === 0 ? [] : [siteOf(call, possible, 'name only')];
    }
    const meant = definitions.filter((one) => meaning.targets.some((target) => isSame(target, one)));
    return meant.length === 0 ? [] : [siteOf(call, meant, 'exact')];
  });
}

/** Calls of what the repository does not define: `np.dot`, `torch.cuda.synchronize`, `item`. */
function outsideSitesIn(tree: SourceTree, file: string, named: string): CallSite[] {
  const outline = outlineIn(tree, file);
  if (outline === null) return [];
  const siteOf = siteIn(tree, file, outline);
  const whole = nameParts(named).join('.');
  return outline.calls.flatMap((call) => {
    const written = [...nameParts(call.receiver ?? ''), call.name].join('.');
    const full = spelledOut(outline, written);
    if (full === whole) return meaningOf(tree, file, outline, call).kind === 'exact' ? [] : [siteOf(call, [], full === written && !full.includes('.') ? 'name only' : 'exact')];
    return `.${full}`.endsWith(`.${whole}`) || `.${written}`.endsWith(`.${whole}`) ? [siteOf(call, [], 'name only')] : [];
  });
}

/** `np.dot` as `numpy.dot`, by the imports of its file. */
function spelledOut({ imports }: Outline, written: string): string {
  for (const { module, names } of imports) {
    for (const { name, as } of names) {
      if (as === '*' || (written !== as && !written.startsWith(`${as}.`))) continue;
      const path = nameParts(module).join('.');
      return `${path}${name === '*' || name === 'default' ? '' : `.${name}`}${written.slice(as.length)}`;
    }
  }
  return written;
}

const longestText = 200;

/** Makes the call sites of one file. */
function siteIn(tree: SourceTree, file: string, { symbols, by }: Outline): (call: SourceCall, callees: readonly Located[], confidence: Confidence) => CallSite {
  const lines = linesOf(tree.text(file) ?? '');
  return (call, callees, confidence) => {
    const caller = symbols[call.caller] ?? null;
    const line = lines[call.line - 1]?.trim() ?? '';
    const text = line.length > longestText ? `${line.slice(0, longestText)}…` : line;
    return { file, line: call.line, column: call.column, text, caller, callerName: caller === null ? moduleName : fullName(caller), callees, confidence, by };
  };
}

/** Code of another language is not called, a method not without a receiver. */
export function mayMean({ language, symbol }: Located, outline: Outline, { receiver }: SourceCall): boolean {
  const isScript = (one: string): boolean => one === 'javascript' || one === 'typescript';
  if (language !== outline.language && !(isScript(language) && isScript(outline.language))) return false;
  if (isScript(language) || language === 'c++') return true;
  return (symbol.kind === 'method') === (receiver !== null) && !symbol.isLocal;
}

export const isSame = (a: Located, b: Located): boolean => a.file === b.file && a.symbol.start === b.symbol.start;
