import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, startOf } from '../source/tree.js';
import type { PyModule } from './module.js';
import { indentOf } from './statements.js';

/** The lines of statements one step further to the left, as those of the statement around them; null where that would change a text of several lines. */
export function dedented(module: PyModule, statement: SgNode, statements: readonly SgNode[]): string[] | null {
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return [];
  if (statements.some((one) => all(one, 'string').some((string) => lineOf(string) !== string.range().end.line + 1))) return null;
  const step = (indentOf(module, first) ?? '').length - (indentOf(module, statement) ?? '').length;
  const indent = indentOf(module, first) ?? '';
  return `${indent}${module.source.slice(startOf(first), endOf(last))}`.split('\n').map((line) => line.slice(Math.min(step, /^\s*/.exec(line)?.[0].length ?? 0)));
}
