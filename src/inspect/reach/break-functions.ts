import type { SgNode } from '@ast-grep/napi';
import { functionKinds } from '../../propose/javascript/syntax.js';
import { nameOf } from '../../propose/source/locate.js';
import { parseSource, scriptDialectOf, syntaxErrors, type ScriptDialect } from '../../propose/source/parse.js';
import { all, endOf, lineOf, startOf, within } from '../../propose/source/tree.js';

export interface Broken {
  text: string;
  /** Of the functions that throw now; those without a name are left out. */
  names: string[];
}

/**
 * Makes the outermost functions that hold one of these lines (1-based) throw at once, whatever they are called with; with
 * `only`, those of them that have one of these names. Null where there is none, or the language is not known.
 */
export function breakFunctions(path: string, text: string, lines: ReadonlySet<number>, only?: ReadonlySet<string>): Broken | null {
  const dialect = scriptDialectOf(path);
  if (dialect === null) return null;
  const root = parseSource(text, dialect);
  if (syntaxErrors(root, dialect) > 0) return null;
  const holding = functionsOf(root, dialect).filter((node) => linesOf(node).some((line) => lines.has(line)));
  const outermost = holding.filter((node) => !holding.some((other) => other.id() !== node.id() && within(node, other)) && (only === undefined || only.has(nameOf(node) ?? '')));
  const edits = outermost.map((node) => thrown(node, dialect, text)).filter((edit) => edit !== null);
  if (edits.length === 0) return null;
  const broken = edits.toSorted((a, b) => b.start - a.start).reduce((result, { start, end, by }) => result.slice(0, start) + by + result.slice(end), text);
  return { text: broken, names: [...new Set(outermost.map(nameOf).filter((name) => name !== null))] };
}

/** The names of all functions of a file. */
export function functionNames(path: string, text: string): Set<string> {
  const dialect = scriptDialectOf(path);
  return new Set(dialect === null ? [] : functionsOf(parseSource(text, dialect), dialect).flatMap((node) => nameOf(node) ?? []));
}

function functionsOf(root: SgNode, dialect: ScriptDialect): SgNode[] {
  return all(root, ...(dialect === 'python' ? ['function_definition'] : functionKinds));
}

function linesOf(node: SgNode): number[] {
  const first = lineOf(node);
  return Array.from({ length: node.range().end.line + 2 - first }, (_, index) => first + index);
}

function thrown(node: SgNode, dialect: ScriptDialect, text: string): { start: number; end: number; by: string } | null {
  const body = node.field('body');
  if (body === null) return null;
  const start = startOf(body);
  if (dialect !== 'python') {
    if (body.kind() === 'statement_block') return { start: start + 1, end: start + 1, by: ' throw new Error();' };
    return { start, end: endOf(body), by: '{ throw new Error(); }' };
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(lineStart, start);
  return { start, end: start, by: indent.trim() === '' ? `raise RuntimeError\n${indent}` : 'raise RuntimeError; ' };
}
