import type { NapiConfig, SgNode } from '@ast-grep/napi';
import { endOf, lineOf, startOf } from '../../source/tree.js';
import type { Dialect } from '../../source/parse.js';
import type { RecipeInfo, Rewrite } from '../recipe.js';
import { filled } from './fix.js';

/** A recipe that a user wrote as a rule of ast-grep with a fix. It looks at one function. */
export interface OwnRecipe extends RecipeInfo {
  family: 'own';
  /** What its pattern is written in; others it does not look at. */
  dialects: readonly Dialect[];
  apply(fn: SgNode): Rewrite[];
}

/** The rewrites of a rule within a node: matches from the outside in, none within another. */
export function rewritesOfRule(config: NapiConfig, { message, fix }: { message: string; fix: string }, node: SgNode): Rewrite[] {
  const rewrites: Rewrite[] = [];
  let behind = 0;
  for (const match of node.findAll(config).toSorted((a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a))) {
    if (startOf(match) < behind) continue;
    behind = endOf(match);
    rewrites.push({ title: filled(message, match, ''), line: lineOf(match), edits: [{ start: startOf(match), end: endOf(match), text: filled(fix, match, indentOf(match)) }] });
  }
  return rewrites;
}

/** White space in front of the line that a node begins on. */
function indentOf(node: SgNode): string {
  const line = node.getRoot().root().text().split(/\r?\n/)[node.range().start.line] ?? '';
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}
