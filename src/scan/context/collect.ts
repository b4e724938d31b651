import { shownLines } from '../../profile/findings/source.js';
import type { FunctionContext } from '../../core/targets/function-context.js';
import type { TargetFunction } from '../../core/targets/target-function.js';
import { isCallable } from '../outline/outline.js';
import { linesOf } from '../outlines.js';
import { callSitesOf } from '../resolve/call-sites.js';
import { definedIn, type Located } from '../resolve/definitions.js';
import { openSourceTree, type SourceTree } from '../source-tree.js';

export interface ContextRequest {
  worktree: string;
  targets: readonly TargetFunction[];
  /** Of each target, at most. */
  callSites: number;
  /** Of each target, at most. */
  snippetLines: number;
}

/** Lines of a function whose end the scanner does not know. */
const unknownLength = 20;

/** Source and callers of each target, in their order. */
export async function collectContext({ worktree, targets, callSites: most, snippetLines }: ContextRequest): Promise<FunctionContext[]> {
  const tree = await openSourceTree(worktree);
  return targets.map((target) => {
    const located = definitionOf(tree, target);
    const sites = callSitesOf(tree, located === null ? [] : [located], target.function).filter(({ file, line }) => file !== target.file || line !== target.line);
    return {
      target,
      source: sourceOf(tree, target, located, snippetLines),
      callSites: sites.slice(0, most).map(({ file, line, callerName, text, confidence }) => ({ file, line, caller: callerName, text, confidence })),
      more: Math.max(0, sites.length - most),
    };
  });
}

/** The innermost function around the line that the target names: decorators and the type of a result may stand before its name. */
function definitionOf(tree: SourceTree, { file, line }: TargetFunction): Located | null {
  const around = definedIn(tree, file, (symbol) => isCallable(symbol) && symbol.line <= line && symbol.endLine >= line);
  return around.toSorted((one, other) => other.symbol.line - one.symbol.line)[0] ?? null;
}

function sourceOf(tree: SourceTree, { file, line }: TargetFunction, located: Located | null, most: number): FunctionContext['source'] {
  const text = tree.has(file) ? tree.text(file) : null;
  if (text === null) return null;
  const lines = linesOf(text);
  const [from, end] = located === null ? [line, line + unknownLength - 1] : [located.symbol.line, located.symbol.endLine];
  if (from > lines.length) return null;
  return { from, to: Math.min(end, from + most - 1, lines.length), text: shownLines(lines, from, end, most) };
}
