import { groupBy } from '../../core/group-by.js';
import type { By } from '../outline/outline.js';
import { outlineIn } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { meaningOf } from './call.js';
import { mayMean, type Confidence } from './call-sites.js';
import { definitionsOf, type Located } from './definitions.js';

/** A function that another calls. */
export interface Callee {
  /** As it is written: `np.dot`. */
  callee: string;
  calls: number;
  /** The lines of the calls, the first ten. */
  at: number[];
  defined: readonly Located[];
  confidence: Confidence | 'outside';
  by: By;
}

/** More definitions of one name say nothing. */
const mostDefinitions = 10;

/** What a function calls itself, in the order of its lines; functions within it count as its own code unless they have a name. */
export function calleesOf(tree: SourceTree, { file, symbol }: Located): Callee[] {
  const outline = outlineIn(tree, file);
  if (outline === null) return [];
  const index = outline.symbols.findIndex(({ start, end }) => start === symbol.start && end === symbol.end);
  const isOwn = (caller: number): boolean => caller === index || (symbol.kind === 'class' && (outline.symbols[caller]?.start ?? -1) > symbol.start && (outline.symbols[caller]?.start ?? Infinity) < symbol.end);
  const groups = groupBy(outline.calls.filter(({ caller }) => isOwn(caller)), ({ receiver, name }) => (receiver === null ? name : `${receiver}.${name}`));
  return [...groups].flatMap(([callee, calls]) => {
    const [first] = calls;
    if (first === undefined) return [];
    const meaning = meaningOf(tree, file, outline, first);
    const possible = meaning.kind === 'name only' ? definitionsOf(tree, first.name, mostDefinitions).filter((one) => mayMean(one, outline, first)) : [];
    const defined = meaning.kind === 'exact' ? meaning.targets : possible;
    const confidence = meaning.kind === 'exact' ? ('exact' as const) : defined.length === 0 ? ('outside' as const) : ('name only' as const);
    return [{ callee, calls: calls.length, at: calls.slice(0, 10).map(({ line }) => line), defined, confidence, by: outline.by }];
  });
}
