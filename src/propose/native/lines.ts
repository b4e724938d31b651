import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { endOf, startOf } from '../source/tree.js';

/** The white space at the beginning of the line that the offset is on. */
export function indentAt(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset))?.[0] ?? '';
}

/** Puts lines in front of a statement of a block. */
export function linesBefore(source: string, statement: SgNode, ...lines: string[]): TextEdit {
  const start = startOf(statement);
  const indent = indentAt(source, start);
  return { start, end: start, text: lines.map((line) => `${line}\n${indent}`).join('') };
}

/** Puts lines after a statement of a block. */
export function linesAfter(source: string, statement: SgNode, ...lines: string[]): TextEdit {
  const end = endOf(statement);
  const indent = indentAt(source, startOf(statement));
  return { start: end, end, text: lines.map((line) => `\n${indent}${line}`).join('') };
}

export function replaced(node: SgNode, text: string): TextEdit {
  return { start: startOf(node), end: endOf(node), text };
}

/** Takes a statement out, with its line where nothing else stands on it. */
export function removed(source: string, statement: SgNode): TextEdit {
  const lineStart = source.lastIndexOf('\n', startOf(statement) - 1) + 1;
  const next = source.indexOf('\n', endOf(statement));
  const isAlone = source.slice(lineStart, startOf(statement)).trim() === '' && next !== -1 && source.slice(endOf(statement), next).trim() === '';
  return isAlone ? { start: lineStart, end: next + 1, text: '' } : replaced(statement, '');
}
