import { z } from 'zod';
import { limitSchema } from '../gpu/support.js';
import { defineTool } from '../tool.js';
import { foldedStacks } from './folded.js';
import { hasRows, isCounted, rootSchema, withoutHostTime } from './support.js';

const input = z.object({
  match: z.string().max(500).nullable().default(null).describe('Only stacks that contain this, in any letter case.'),
  root: rootSchema,
  limit: limitSchema,
});

const row = z.object({
  ms: z.number(),
  /** Of the busy time, 0 to 1. */
  share: z.number(),
  samples: z.int(),
  /** Functions from the outside in, with `;` between them, as flame graphs are made of. */
  stack: z.string(),
});

const facts = z.object({ stacks: z.int(), samples: z.int(), totalMs: z.number() });

export const flame = defineTool({
  name: 'flame',
  aliases: ['folded', 'flamegraph'],
  summary: 'stacks in folded form, those with the most time first',
  needs: {},
  input,
  row,
  facts,
  run(db, { match, root, limit }) {
    const unknown = withoutHostTime(db) ?? (hasRows(db, 'PERFLOOP_SAMPLES') ? null : 'cProfile has no stacks, only pairs of caller and callee: ask call_tree, or profile with a sampling profiler such as py-spy');
    if (unknown !== null) return { abstained: unknown };
    const folded = foldedStacks(db, { root });
    const all = [...folded].map(([stack, { ns, samples }]) => ({ ms: ns / 1e6, share: 0, samples, stack })).sort((a, b) => b.ms - a.ms || (a.stack < b.stack ? -1 : 1));
    const totalMs = all.reduce((sum, { ms }) => sum + ms, 0);
    const wanted = all.filter(({ stack }) => match === null || stack.toLowerCase().includes(match.toLowerCase()));
    const rows = wanted.slice(0, limit).map((one) => ({ ...one, share: totalMs === 0 ? 0 : one.ms / totalMs }));
    const facts = { stacks: wanted.length, samples: wanted.reduce((sum, { samples }) => sum + samples, 0), totalMs: wanted.reduce((sum, { ms }) => sum + ms, 0) };
    return { rows, more: wanted.length - rows.length, facts, notes: isCounted(db) ? ['The part of cProfile is not among these: it has no stacks.'] : [] };
  },
});
