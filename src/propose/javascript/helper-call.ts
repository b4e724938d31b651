import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { ancestorWhere, endOf, parts, startOf, within } from '../source/tree.js';
import type { JsFunction } from './function.js';
import { declareInModule } from './regions.js';
import { isFunction } from './syntax.js';

/** An expression and what takes its place. */
export interface Replacement {
  node: SgNode;
  text: string;
}

/**
 * Edits that put the new texts in place and the functions that they call into the module. Of expressions that lie in each
 * other only the outermost is replaced.
 */
export function callHelpers(fn: JsFunction, replacements: readonly Replacement[], functions: string): TextEdit[] {
  return [...outermost(replacements).map((entry) => replacementEdit(fn, entry)), ...declareInModule(fn, functions)];
}

export function outermost(replacements: readonly Replacement[]): Replacement[] {
  return replacements.filter(({ node }) => !replacements.some((other) => other.node.id() !== node.id() && within(node, other.node)));
}

/** With a space where the text would run into the word before it: `return[...s]`. */
export function replacementEdit(fn: JsFunction, { node, text }: Replacement): TextEdit {
  const start = startOf(node);
  const joins = /[\w$]/.test(fn.source.charAt(start - 1)) && /^[\w$]/.test(text);
  return { start, end: endOf(node), text: joins ? ` ${text}` : text };
}

/**
 * Whether the node is the slow way out of a helper that a recipe has written: the first statement of a function, an `if` that
 * looks at types and returns the expression as it was.
 */
export function isSlowWay(node: SgNode): boolean {
  const home = ancestorWhere(node, isFunction);
  const body = home?.field('body') ?? null;
  const first = body === null ? undefined : parts(body)[0];
  if (home?.kind() !== 'function_declaration' || first?.kind() !== 'if_statement' || !within(node, first)) return false;
  return /^\((?:typeof |!Array\.isArray\()/.test(first.field('condition')?.text() ?? '');
}

/** The test that the named value is an array whose methods are those of the language, as the first part of a condition. */
export const notPlainArray = (name: string): string => `!Array.isArray(${name}) || ${name}.constructor !== Array`;
