import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../source/tree.js';
import type { PyModule } from './module.js';

const blocks = new Set(['block', 'module']);
const loops = new Set(['for_statement', 'while_statement']);

/** The statement that the node is a part of, or is: a child of a block or of the module. */
export function statementOf(node: SgNode): SgNode {
  for (let at = node; ; ) {
    const parent = at.parent();
    if (parent === null || blocks.has(String(parent.kind()))) return at;
    at = parent;
  }
}

/** The statements of a loop, function, `with` or `if`. */
export function bodyOf(node: SgNode): SgNode[] {
  const body = node.field('body') ?? node.field('consequence');
  return body === null ? [] : parts(body);
}

/** The loops around the node that its scope runs, innermost first. */
export function loopsAround(module: PyModule, node: SgNode): SgNode[] {
  const found: SgNode[] = [];
  const scope = module.scopeOf(node);
  for (let at = node.parent(); at !== null && !same(at, scope); at = at.parent()) if (loops.has(String(at.kind()))) found.push(at);
  return found;
}

/** The nodes of the kinds that the scope itself runs, not those of functions and classes in it. */
export function owned(module: PyModule, within: SgNode, ...kinds: string[]): SgNode[] {
  const scope = within.kind() === 'function_definition' || same(within, module.root) ? within : module.scopeOf(within);
  return all(within, ...kinds).filter((node) => same(module.scopeOf(node), scope));
}

/** White space in front of the statement's line; null when something else stands there (`if x: y()`, `a; b`). */
export function indentOf(module: PyModule, statement: SgNode): string | null {
  const start = startOf(statement);
  const line = module.source.slice(module.source.lastIndexOf('\n', start - 1) + 1, start);
  return /^[ \t]*$/.test(line) ? line : null;
}

/** Puts lines, indented relative to the statement, in front of it. */
export function linesBefore(module: PyModule, statement: SgNode, lines: readonly string[]): TextEdit {
  const start = startOf(statement);
  const indent = indentOf(module, statement) ?? '';
  return { file: module.file, start, end: start, text: lines.map((line) => `${line}\n${indent}`).join('') };
}

/** Puts lines, indented as the statement is, behind it and the comment on its last line. */
export function linesAfter(module: PyModule, statement: SgNode, lines: readonly string[]): TextEdit {
  const indent = indentOf(module, statement) ?? '';
  const end = endOfStatement(module, statement);
  return { file: module.file, start: end, end, text: lines.map((line) => `\n${indent}${line}`).join('') };
}

/** Takes whole lines away: the statement with its indentation, a comment behind it, and the line's end. */
export function withoutStatement(module: PyModule, statement: SgNode): TextEdit {
  const start = module.source.lastIndexOf('\n', startOf(statement) - 1) + 1;
  const end = endOfStatement(module, statement);
  const isOnly = parts(statement.parent() ?? statement).length === 1;
  if (isOnly) return { file: module.file, start: startOf(statement), end: endOf(statement), text: 'pass' };
  return { file: module.file, start, end: Math.min(module.source.length, end + 1), text: '' };
}

export function replaced(module: PyModule, node: SgNode, text: string): TextEdit {
  return { file: module.file, start: startOf(node), end: endOf(node), text };
}

/** Adds a keyword argument at the end of a call's list. */
export function withKeyword(module: PyModule, call: SgNode, keyword: string): TextEdit {
  const list = call.field('arguments') ?? call;
  const last = parts(list).at(-1);
  if (last === undefined) return { file: module.file, start: endOf(list) - 1, end: endOf(list) - 1, text: keyword };
  const tail = module.source.slice(endOf(last), endOf(list));
  // An argument on a line of its own stays on one.
  const onOwnLine = /^[ \t]*$/.test(module.source.slice(module.source.lastIndexOf('\n', startOf(last) - 1) + 1, startOf(last)));
  const gap = onOwnLine ? `\n${' '.repeat(last.range().start.column)}` : ' ';
  const comma = /^\s*,/.exec(tail)?.[0].length ?? 0;
  const at = endOf(last) + comma;
  return { file: module.file, start: at, end: at, text: comma > 0 ? `${gap}${keyword}${onOwnLine ? ',' : ''}` : `,${gap}${keyword}` };
}

/** Indents the lines of some statements that follow each other by one step, under a new line in front of them. */
export function indentedUnder(module: PyModule, statements: readonly SgNode[], head: string): TextEdit[] | null {
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return null;
  const indent = indentOf(module, first);
  const start = startOf(first);
  const end = endOfStatement(module, last);
  const text = module.source.slice(start, end);
  // Indenting the lines of a text would change it.
  const multiline = statements.flatMap((statement) => all(statement, 'string')).some((string) => lineOf(string) !== string.range().end.line + 1);
  if (indent === null || multiline) return null;
  const step = indent.includes('\t') ? '\t' : '    ';
  const lines = text.split('\n').map((line, i) => (i === 0 ? `${indent}${step}${line}` : line.trim() === '' ? line : `${step}${line}`));
  return [{ file: module.file, start, end, text: `${head}\n${lines.join('\n')}` }];
}

/** Where a statement ends, a comment behind it counted. */
function endOfStatement(module: PyModule, statement: SgNode): number {
  const end = endOf(statement);
  return end + (/^[ \t]*#[^\r\n]*/.exec(module.source.slice(end))?.[0].length ?? 0);
}

/** The `with` statements around the node that its scope runs, innermost first. */
export function withAround(module: PyModule, node: SgNode): SgNode[] {
  const scope = module.scopeOf(node);
  const found: SgNode[] = [];
  for (let at = ancestorWhere(node, (up) => up.kind() === 'with_statement', scope); at !== null; at = ancestorWhere(at, (up) => up.kind() === 'with_statement', scope)) if (same(module.scopeOf(at), scope)) found.push(at);
  return found;
}

/** The condition of an `if` around the node, within the limit, that holds only now and then: one with `%`, or of a last or first step. */
export function intervalAround(node: SgNode, limit: SgNode): SgNode | null {
  for (let at = ancestorWhere(node, (up) => up.kind() === 'if_statement', limit); at !== null; at = ancestorWhere(at, (up) => up.kind() === 'if_statement', limit)) {
    const condition = at.field('condition');
    const body = at.field('consequence');
    if (condition !== null && body !== null && within(node, body) && isInterval(condition)) return condition;
  }
  return null;
}

/** `step % 100 == 0`, `i == last`; not `step % 1 == 0`. */
function isInterval(condition: SgNode): boolean {
  return /%\s*(?!1\b)[\w.(]/.test(condition.text()) || /^(?:i|k|n|t|idx|it|\w*(?:step|iter|iteration|index|epoch|batch|_idx|_i))\s*==\s*/.test(condition.text());
}
