import { z } from 'zod';
import { limitSchema } from '../gpu/support.js';
import { defineTool } from '../tool.js';
import { matches, namedFrames } from './frames.js';
import { functionColumns, hasRows, isCounted, rootSchema, withoutHostTime } from './support.js';
import { countedTree, sampledTree, type CallNode } from './tree.js';

const input = z.object({
  depth: z.int().min(1).max(1000).default(20).describe('How many levels of calls.'),
  min_share: z.number().min(0).max(1).default(0.005).describe('Least part of the time of the whole tree that a row has, 0 to 1.'),
  from: z.string().min(1).max(500).nullable().default(null).describe('Begins the tree at functions whose name or file contains this, in any letter case.'),
  root: rootSchema,
  limit: limitSchema.default(100),
});

const row = z.object({
  /** 0 at the top; a row's caller is the last one above it with a depth less by one. */
  depth: z.int(),
  ...functionColumns,
  /** With all that it called from here. */
  totalMs: z.number(),
  /** Of the whole tree, 0 to 1. */
  share: z.number(),
  selfMs: z.number(),
});

const facts = z.object({ totalMs: z.number(), nodes: z.int(), tooSmall: z.int() });

interface Placed {
  at: CallNode;
  depth: number;
}

export const callTree = defineTool({
  name: 'call_tree',
  aliases: ['calltree'],
  summary: 'which function called which, from the outside in, with the time of each path',
  needs: {},
  input,
  row,
  facts,
  run(db, { depth, min_share: minShare, from, root, limit }) {
    const unknown = withoutHostTime(db);
    if (unknown !== null) return { abstained: unknown };
    const names = namedFrames(db, root);
    const named = new Set(from === null ? [] : [...names].filter(([, frame]) => matches(frame, from)).map(([id]) => id));
    const starts = from === null ? null : (frame: number): boolean => named.has(frame);
    const trees = [...(hasRows(db, 'PERFLOOP_SAMPLES') ? [sampledTree(db, starts ?? (() => true))] : []), ...(isCounted(db) ? [countedTree(db, { starts, depth })] : [])];
    const totalNs = trees.reduce((sum, tree) => sum + tree.totalNs, 0);
    const { shown, nodes, tooSmall } = largest(trees, { least: minShare * totalNs, depth });
    const kept = new Set([...shown].sort((a, b) => b.at.totalNs - a.at.totalNs || a.depth - b.depth).slice(0, limit));
    const rows = shown.filter((one) => kept.has(one)).map(({ at, depth }) => {
      const { function: name, file, line } = names.get(at.frame) ?? { function: '', file: null, line: null };
      return { depth, function: name, file, line, totalMs: at.totalNs / 1e6, share: totalNs === 0 ? 0 : at.totalNs / totalNs, selfMs: at.selfNs / 1e6 };
    });
    const notes = from !== null && totalNs === 0 ? [`No function that took time has "${from}" in its name or file.`] : [];
    if (isCounted(db)) notes.push('cProfile has no stacks, only pairs of caller and callee: below the second level times are estimates, recursion is not followed, and waiting is left out by estimate.');
    return { rows, more: shown.length - rows.length, facts: { totalMs: totalNs / 1e6, nodes, tooSmall }, notes };
  },
});

/** The nodes of at least that much time, callers before callees, the largest callee first. */
function largest(trees: readonly CallNode[], { least, depth }: { least: number; depth: number }): { shown: Placed[]; nodes: number; tooSmall: number } {
  const shown: Placed[] = [];
  let nodes = 0;
  const byTime = (from: CallNode, level: number): Placed[] => [...from.children.values()].sort((a, b) => a.totalNs - b.totalNs).map((at) => ({ at, depth: level }));
  const open = trees.flatMap((tree) => byTime(tree, 0));
  // Not by calling itself: stacks may be thousands of functions deep.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (next.at.totalNs < least || next.depth >= depth) continue;
    shown.push(next);
    for (const child of byTime(next.at, next.depth + 1)) open.push(child);
  }
  return { shown, nodes, tooSmall: nodes - shown.length };
}
