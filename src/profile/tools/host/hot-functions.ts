import { z } from 'zod';
import { hotFrames } from '../hot-functions.js';
import { profileSummary } from '../summary.js';
import { limitSchema } from '../gpu/support.js';
import { defineTool, firstRows } from '../tool.js';
import { hotFiles, hotLines } from './hot-places.js';
import { hasRows, isCounted, rootSchema, withoutHostTime } from './support.js';

const input = z.object({
  by: z.enum(['function', 'file', 'line']).default('function').describe('What makes a row.'),
  order: z.enum(['self', 'total']).default('self').describe('By the time of its own, or with all that it called.'),
  root: rootSchema,
  match: z.string().max(500).nullable().default(null).describe('Only functions whose name or file contains this, in any letter case.'),
  separate: z.boolean().default(false).describe('Gives builtins and library functions rows of their own. Else their time is that of the function of a file that called them.'),
  limit: limitSchema,
});

const row = z.object({
  function: z.string().nullable(),
  file: z.string().nullable(),
  line: z.int().nullable(),
  /** In it, and in the builtins and library functions that it called. */
  selfMs: z.number(),
  /** Of the busy time, 0 to 1. */
  selfShare: z.number(),
  /** Of selfMs, what passed in its own lines. */
  ownMs: z.number().nullable(),
  /** With all that it called; recursion counts once. Null where the profile cannot tell. */
  totalMs: z.number().nullable(),
  totalShare: z.number().nullable(),
  /** Collecting garbage while it ran. */
  collectorMs: z.number().nullable(),
  calls: z.int().nullable(),
});

export type HotRow = z.infer<typeof row>;

const facts = z.object({ busyMs: z.number(), idleMs: z.number(), processes: z.int(), threads: z.int() });

export const hotFunctionsTool = defineTool({
  name: 'hot_functions',
  aliases: ['hotspots', 'top_functions'],
  summary: 'functions, files or lines of host code with the most time, of their own and in total',
  needs: {},
  input,
  row,
  facts,
  run(db, { by, order, root, match, separate, limit }) {
    const unknown = withoutHostTime(db) ?? (by === 'line' && !hasRows(db, 'PERFLOOP_LINES') ? 'the profiler did not say in which lines the time passed: V8\'s does' : null);
    if (unknown !== null) return { abstained: unknown };
    const all = { function: functions, file: hotFiles, line: hotLines }[by](db, { root, separate });
    const wanted = match?.toLowerCase() ?? '';
    const rows = all.filter(({ function: name, file }) => `${name ?? ''}\n${file ?? ''}`.toLowerCase().includes(wanted));
    if (order === 'total') rows.sort((a, b) => (b.totalMs ?? -1) - (a.totalMs ?? -1));
    const { busyMs, idleMs, processes, threads } = profileSummary(db, { root });
    const notes: string[] = [];
    if (by === 'function' && isCounted(db)) notes.push('cProfile counts waiting as time of the functions around it: totalMs is without what it is estimated to be.');
    if (by === 'file' && isCounted(db)) notes.push('cProfile has no stacks: the total of a file, whose functions call each other, is not known.');
    if (by === 'line') notes.push('Only time in the lines of functions themselves: not in what they call.');
    return { ...firstRows(rows, limit), facts: { busyMs, idleMs, processes, threads }, notes };
  },
});

function functions(...[db, asked]: Parameters<typeof hotFiles>): HotRow[] {
  const { busyMs } = profileSummary(db, { root: null });
  return hotFrames(db, { ...asked, onlyCallers: true }).map(({ function: name, file, line, selfMs, selfShare, ownShare, totalMs, totalShare, collectorShare, calls }) => ({ function: name, file, line, selfMs, selfShare, ownMs: ownShare * busyMs, totalMs, totalShare, collectorMs: collectorShare * busyMs, calls }));
}
