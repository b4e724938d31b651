import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Lang, parse, type SgNode } from '@ast-grep/napi';
import type { Language } from '../../core/candidate.js';

/** A longer file is generated, or data. */
const largest = 2 * 2 ** 20;
const mostLines = 60;
const longestLine = 400;

/** Lines of a text file; null when it is gone, too large, or not text. */
export async function sourceLines(worktree: string, file: string): Promise<string[] | null> {
  const path = join(worktree, file);
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile() || stats.size > largest) return null;
  const text = await readFile(path, 'utf8');
  return text.includes('\0') ? null : text.split(/\r?\n/);
}

/**
 * The line of a function in the file as it is now, 1-based. The profile's line is taken when the name is on it or a line away;
 * else the one line that defines the name, or the definition in Python that the line is within. Null when neither is there: the file is not the one that was profiled.
 */
export function locate(lines: string[], { name, line }: { name: string; line: number }): number | null {
  const word = identifier(name);
  if (word === null) return line <= lines.length ? line : null;
  const has = new RegExp(`(?<![\\w$])${escape(word)}(?![\\w$])`);
  for (const near of [line, line - 1, line + 1]) if (has.test(lines[near - 1] ?? '')) return line;
  const defines = new RegExp(`\\b(function\\*?|def)\\s+${escape(word)}\\s*\\(|(?<![\\w$])${escape(word)}\\s*[=:]\\s*(async\\b|function\\b|\\(|\\w+\\s*=>)|^\\s*(static |async |get |set |#|\\*)*${escape(word)}\\s*\\([^;]*\\{\\s*$`);
  const found = lines.flatMap((text, index) => (defines.test(text) ? [index + 1] : []));
  if (found.length === 1) return found[0] ?? null;
  // Profilers that name the running line (py-spy) tell which of several it is: the one that the line is within.
  return found.findLast((at) => at < line && pythonEnd(lines, at) >= line) ?? null;
}

/** The part of a function's name that stands in the source: `Foo.bar` is `bar`. Null for anonymous ones and modules. */
export function identifier(name: string): string | null {
  const word = name.replace(/^.*[.\s#]/, '');
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(word) && word !== 'anonymous' ? word : null;
}

/** The source of a function from its first line on, at most 60 lines. */
export function snippet(lines: string[], { language, line, column }: { language: Language; line: number; column: number | null }): string {
  const isScript = language === 'javascript' || language === 'typescript';
  const end = language === 'python' ? pythonEnd(lines, line) : isScript ? scriptEnd(lines, { language, line, column }) : line + 20;
  return shownLines(lines, line, end);
}

/** Lines of a file, 1-based with the last, for people and models: at most `most`, long ones cut. */
export function shownLines(lines: readonly string[], first: number, end: number, most = mostLines): string {
  const last = Math.min(end, first + most - 1, lines.length);
  const shown = lines.slice(first - 1, last).map((text) => (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text));
  if (end > last && last < lines.length) shown.push(`… ${Math.min(end, lines.length) - last} more lines`);
  return shown.join('\n');
}

/** By indentation: up to the first line that is not inside of the definition. */
function pythonEnd(lines: string[], line: number): number {
  const indent = (text: string): number => text.length - text.trimStart().length;
  let header = line;
  while (/^\s*@/.test(lines[header - 1] ?? '')) header += 1;
  if (!/^\s*(async\s+def|def|class)\b/.test(lines[header - 1] ?? '')) return line === 1 ? lines.length : line;
  const own = indent(lines[header - 1] ?? '');
  let end = header;
  for (let at = header + 1; at <= lines.length; at += 1) {
    const text = lines[at - 1] ?? '';
    if (text.trim() === '') continue;
    // A header over several lines ends in `):` at the indentation of the `def`.
    if (indent(text) <= own && !/^\s*\)/.test(text)) break;
    end = at;
  }
  return end;
}

const functionKinds = new Set(['function_declaration', 'function_expression', 'function', 'arrow_function', 'method_definition', 'generator_function', 'generator_function_declaration']);

/** Where the innermost function around the place that V8 names (its parameter list) ends. */
function scriptEnd(lines: string[], { language, line, column }: { language: Language; line: number; column: number | null }): number {
  if (line === 1 && (column ?? 1) === 1) return lines.length;
  const root = parse(language === 'typescript' ? Lang.Tsx : Lang.JavaScript, lines.join('\n')).root();
  let best: SgNode | null = null;
  const inside = (node: SgNode): boolean => {
    const { start, end } = node.range();
    const at = (column ?? (lines[line - 1] ?? '').length) - 1;
    return (start.line < line - 1 || (start.line === line - 1 && start.column <= at)) && (end.line > line - 1 || (end.line === line - 1 && end.column > at));
  };
  for (let node: SgNode | undefined = root; node; node = node.children().find(inside)) if (functionKinds.has(String(node.kind()))) best = node;
  return best ? best.range().end.line + 1 : line;
}

function escape(word: string): string {
  return word.replace(/\$/g, '\\$');
}
