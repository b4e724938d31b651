import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { same, startOf } from '../source/tree.js';
import type { PyFunction } from './function.js';
import { runsLater } from './generators.js';

/** A loop or comprehension around a node, and the statement that lines can be put in front of. */
export interface Region {
  loop: SgNode;
  /** The whole of it counts as repeated code. */
  statement: SgNode;
}

const comprehensions = new Set(['list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression']);

/** The loops that run the node more than once for one run of the function, innermost first. */
export function regionsOf(fn: PyFunction, node: SgNode): Region[] {
  const regions: Region[] = [];
  for (let inner = node, at = node.parent(); at !== null; inner = at, at = at.parent()) {
    const kind = String(at.kind());
    if (comprehensions.has(kind)) {
      if (runsLater(at)) break;
      const first = at.namedChildren().find((child) => child.kind() === 'for_in_clause') ?? null;
      if (!same(first, inner)) addRegion(fn, regions, at);
    } else if (kind === 'while_statement' || (kind === 'for_statement' && same(at.field('body'), inner))) addRegion(fn, regions, at);
    if (same(at, fn.hot)) break;
  }
  return regions;
}

function addRegion(fn: PyFunction, regions: Region[], loop: SgNode): void {
  const statement = statementOf(fn, loop);
  if (statement !== null) regions.push({ loop, statement });
}

/** The statement that holds the node and begins a line of a block; null where a line does not fit in front of it. */
export function statementOf(fn: PyFunction, node: SgNode): SgNode | null {
  for (let at = node, parent = node.parent(); parent !== null; at = parent, parent = parent.parent()) {
    if (parent.kind() !== 'block' && parent.kind() !== 'module') continue;
    return indentOf(fn, at) === null ? null : at;
  }
  return null;
}

/** The white space in front of a statement; null when something else stands on its line. */
export function indentOf(fn: PyFunction, statement: SgNode): string | null {
  const start = startOf(statement);
  const line = fn.source.slice(fn.source.lastIndexOf('\n', start - 1) + 1, start);
  return /^[ \t]*$/.test(line) ? line : null;
}

/** Puts lines, indented relative to the statement, just before it. */
export function insertBefore(fn: PyFunction, statement: SgNode, lines: string[]): TextEdit[] {
  const start = startOf(statement);
  const indent = indentOf(fn, statement) ?? '';
  return [{ start, end: start, text: lines.map((line) => `${line}\n${indent}`).join('') }];
}

/** Puts text at the top level, before the statement that holds the hot function and the comments above it. */
export function insertInModule(fn: PyFunction, text: string): TextEdit[] {
  let top = fn.hot;
  for (let parent = top.parent(); parent !== null && parent.kind() !== 'module'; parent = parent.parent()) top = parent;
  let place = top;
  for (let before = top.prev(); before?.kind() === 'comment'; before = before.prev()) place = before;
  const start = startOf(place);
  return [{ start, end: start, text: `${text}\n` }];
}

/** Whether `import name` stands at the top level in front of the hot function, and nothing else in the file binds the name. */
export function isImported(fn: PyFunction, name: string): boolean {
  const start = startOf(fn.hot);
  const imports = fn.root.namedChildren().filter((node) => node.kind() === 'import_statement' && startOf(node) < start);
  const isNamed = imports.some((node) => node.namedChildren().some((child) => child.kind() === 'dotted_name' && child.text() === name));
  return isNamed && fn.timesBound(name) === 1 && fn.hot.kind() === 'function_definition';
}
