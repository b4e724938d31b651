import type { SgNode } from '@ast-grep/napi';
import type { Refusal } from '../recipes/recipe.js';
import { lineOf } from '../source/tree.js';

/** Why a place that looks like a case for a recipe is none: a sentence that goes on from the line. */
export function refusal(node: SgNode, reason: string): Refusal {
  return { line: lineOf(node), reason };
}
