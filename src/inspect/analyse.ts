import type { SgNode } from '@ast-grep/napi';
import { parseSource, scriptDialectOf, type ScriptDialect } from '../propose/source/parse.js';
import { all, endOf, startOf } from '../propose/source/tree.js';
import { compiledChecks, cPatterns, goPatterns, otherPatterns, rustPatterns } from './compiled/patterns.js';
import { cState, goState } from './compiled/state.js';
import { compiledTables } from './compiled/tables.js';
import type { Found } from './found.js';
import { javascriptCatches } from './javascript/catches.js';
import { javascriptHung } from './javascript/hung.js';
import { javascriptDeferred } from './javascript/lazy.js';
import { javascriptPatched } from './javascript/patched.js';
import { javascriptCaching, javascriptChecks, javascriptPatterns } from './javascript/patterns.js';
import { Scopes as JavaScriptScopes } from './javascript/scopes.js';
import { javascriptSingletons } from './javascript/singletons.js';
import { javascriptState } from './javascript/state.js';
import { javascriptSpecialCases, javascriptTables } from './javascript/values.js';
import { pythonCatches } from './python/catches.js';
import { withFullNames } from './python/imports.js';
import { pythonDeferred } from './python/lazy.js';
import { pythonPatched } from './python/patched.js';
import { pythonChecks, pythonPatterns } from './python/patterns.js';
import { Scopes as PythonScopes } from './python/scopes.js';
import { pythonState } from './python/state.js';
import { isDocstring, pythonSpecialCases, pythonTables } from './python/values.js';
import { blank, type Blanked, type Span } from './text/blank.js';
import { lineIndex, patternFinds, type Pattern } from './text/patterns.js';
import { cLike, goLike, hashed, rustLike, scan, type Lexis } from './text/scan.js';
import { sniffingFinds } from './text/sniffing.js';

/** What one version of a file shows. */
export interface Analysis {
  finds: Found[];
  /** Lines of the statements that check what must hold. */
  checks: number[];
  /** Functions by name, and whether what they give comes later. */
  deferred: Map<string, { deferred: boolean; line: number }>;
}

interface Family {
  extensions: RegExp;
  lexis: Lexis;
  patterns: readonly Pattern[];
  state?: (code: string) => Found[];
}

/** Languages without a parser here, by the marks of their comments and what a line shows. */
const families: readonly Family[] = [
  { extensions: /\.(?:c|h|cc|hh|cpp|hpp|cxx|hxx|inl|ipp|cu|cuh|m|mm|ino|metal|cl|glsl|hip)$/i, lexis: cLike, patterns: cPatterns, state: cState },
  { extensions: /\.rs$/i, lexis: rustLike, patterns: rustPatterns },
  { extensions: /\.go$/i, lexis: goLike, patterns: goPatterns, state: goState },
  { extensions: /\.(?:java|kt|kts|scala|cs|swift|dart|groovy|php|zig|d)$/i, lexis: cLike, patterns: otherPatterns },
  { extensions: /\.(?:rb|pl|pm|jl|r|lua|ex|exs|sh|bash|zsh|pyx|pxd|nim|cr)$/i, lexis: hashed, patterns: otherPatterns },
];

/** Whether it is read at all: source code of some language. */
export function isSource(path: string): boolean {
  return scriptDialectOf(path) !== null || families.some(({ extensions }) => extensions.test(path));
}

/** Reads one version of a source file. `isNew` says whether a line is; of the version before, all are. */
export function analyse(path: string, text: string, isNew: (line: number) => boolean): Analysis {
  const dialect = scriptDialectOf(path);
  if (dialect === 'python') return python(text, isNew);
  if (dialect !== null) return javascript(text, dialect, isNew);
  const family = families.find(({ extensions }) => extensions.test(path));
  if (family === undefined) return { finds: [], checks: [], deferred: new Map() };
  const blanked = scan(text, family.lexis);
  const finds = [...patternFinds(blanked, family.patterns), ...sniffingFinds(blanked), ...(family.state?.(blanked.code) ?? []), ...compiledTables(blanked, isNew)];
  return { finds, checks: linesOf(blanked, compiledChecks), deferred: new Map() };
}

function javascript(text: string, dialect: ScriptDialect, isNew: (line: number) => boolean): Analysis {
  const root = parseSource(text, dialect);
  const scopes = new JavaScriptScopes(root);
  const blanked = blank(text, { comments: spansOf(all(root, 'comment')), strings: [...spansOf(all(root, 'string', 'regex'), 1), ...templateText(root)] });
  const finds = [
    ...patternFinds(blanked, [...javascriptPatterns, ...javascriptCaching]),
    ...sniffingFinds(blanked),
    ...javascriptPatched(root, scopes),
    ...javascriptState(root, scopes),
    ...javascriptSingletons(root, scopes),
    ...javascriptHung(root, scopes),
    ...javascriptCatches(root),
    ...javascriptSpecialCases(root, scopes),
    ...javascriptTables(root, isNew),
  ];
  return { finds, checks: linesOf(blanked, javascriptChecks), deferred: javascriptDeferred(scopes) };
}

/** The text of a template between its `${…}`, which are code. */
function templateText(root: SgNode): Span[] {
  return spansOf(all(root, 'string_fragment', 'escape_sequence', 'jsx_text').filter((node) => node.parent()?.kind() !== 'string'));
}

function python(text: string, isNew: (line: number) => boolean): Analysis {
  const root = parseSource(text, 'python');
  const scopes = new PythonScopes(root);
  const strings = all(root, 'string');
  const comments = [...spansOf(all(root, 'comment')), ...spansOf(strings.filter(isDocstring))];
  const blanked = blank(text, { comments, strings: spansOf(all(root, 'string_content')) });
  const finds = [
    ...patternFinds(withFullNames(root, scopes, blanked), pythonPatterns),
    ...sniffingFinds(blanked),
    ...pythonPatched(root),
    ...pythonState(root, scopes),
    ...pythonCatches(root),
    ...pythonSpecialCases(root, scopes),
    ...pythonTables(root, isNew),
  ];
  return { finds, checks: linesOf(blanked, pythonChecks), deferred: pythonDeferred(root, scopes) };
}

/** `inside`: how much of each end stays, such as a quote. */
function spansOf(nodes: readonly SgNode[], inside = 0): Span[] {
  return nodes.map((node) => ({ start: startOf(node) + inside, end: endOf(node) - inside })).filter(({ start, end }) => end > start);
}

function linesOf({ code }: Blanked, pattern: RegExp): number[] {
  const lineAt = lineIndex(code);
  return [...code.matchAll(pattern)].map((match) => lineAt(match.index + match[0].length - 1));
}

