import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, same, startOf, within } from '../source/tree.js';
import type { JsFunction } from './function.js';
import { isBlock, isFunction, isLoop, iterationCallOf } from './syntax.js';

/** A loop around a node, and the place in front of it where a declaration can go. */
export interface Region {
  /** The loop statement, or the call that runs a callback for each element. */
  loop: SgNode;
  /** What a declaration is put in front of: the whole of it counts as repeated code. */
  statement: SgNode;
  /** The statement is the expression body of an arrow function, which needs braces then. */
  isArrowBody: boolean;
}

/** The loops that run the node more than once for one run of the scope, innermost first. */
export function regionsOf(fn: JsFunction, node: SgNode): Region[] {
  const regions: Region[] = [];
  for (let inner = node, at = node.parent(); at !== null && within(at, fn.scope); inner = at, at = at.parent()) {
    if (isFunction(at)) {
      const call = iterationCallOf(at);
      if (call === null) break;
      addRegion(regions, call);
    } else if (isLoop(at) && repeats(at, inner)) addRegion(regions, at);
    if (same(at, fn.scope)) break;
  }
  return regions;
}

function addRegion(regions: Region[], loop: SgNode): void {
  const place = placeBefore(loop);
  if (place !== null) regions.push({ loop, ...place });
}

/** Whether the child of the loop is run once an iteration: not the start of a `for`, not what `for…of` goes over. */
function repeats(loop: SgNode, child: SgNode): boolean {
  if (loop.kind() === 'for_statement') return !same(loop.field('initializer'), child);
  if (loop.kind() === 'for_in_statement') return same(loop.field('body'), child);
  return true;
}

/** The statement that holds the node and stands directly in a block, or the arrow body that does; null when a declaration does not fit. */
export function placeBefore(node: SgNode): { statement: SgNode; isArrowBody: boolean } | null {
  for (let at = node, parent = node.parent(); parent !== null; at = parent, parent = parent.parent()) {
    if (isBlock(parent)) return { statement: at, isArrowBody: false };
    if (parent.kind() === 'arrow_function') return same(parent.field('body'), at) ? { statement: at, isArrowBody: true } : null;
    if (isFunction(parent) || parent.kind() === 'class_body') return null;
  }
  return null;
}

/** Edits that run the lines just before the region. */
export function declareBefore(fn: JsFunction, region: Pick<Region, 'statement' | 'isArrowBody'>, lines: string[]): TextEdit[] {
  const start = startOf(region.statement);
  if (region.isArrowBody) {
    const end = endOf(region.statement);
    return [
      { start, end: start, text: `{ ${lines.join(' ')} return ` },
      { start: end, end, text: '; }' },
    ];
  }
  const indent = indentOf(fn.source, start);
  return [{ start, end: start, text: lines.map((line) => `${line.replaceAll('\n', `\n${indent}`)}\n${indent}`).join('') }];
}

/** The white space at the beginning of the line that the offset is on. */
export function indentOf(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset))?.[0] ?? '';
}

/** Edits that put function or `var` declarations, which are hoisted, after the top-level statement that holds the hot function. */
export function declareInModule(fn: JsFunction, text: string): TextEdit[] {
  let top = fn.hot;
  for (let parent = top.parent(); parent !== null && parent.kind() !== 'program'; parent = parent.parent()) top = parent;
  if (fn.hot.kind() === 'program') top = fn.hot;
  const end = top.kind() === 'program' ? fn.source.length : endOf(top);
  // A statement without its semicolon must not run into the new one.
  const after = fn.source.slice(end, end + 1);
  const place = after === ';' ? end + 1 : end;
  return [{ start: place, end: place, text: `\n\n${text}` }];
}

/**
 * The edits with a semicolon in front of those that make a statement begin with `(`: without one the statement before
 * might be taken for a function to call.
 */
export function withSafeStarts(fn: JsFunction, edits: TextEdit[]): TextEdit[] {
  const starts = new Set(all(fn.scope, 'expression_statement').filter((node) => isBlock(node.parent() ?? node)).map(startOf));
  return edits.map((edit) => (edit.text.startsWith('(') && starts.has(edit.start) ? { ...edit, text: `;${edit.text}` } : edit));
}
