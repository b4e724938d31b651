import { z } from 'zod';
import { leastOf, mostOf } from '../extremes.js';
import { medianOf } from '../median.js';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { slowOnes, usualOf } from './iterations/slow.js';
import { findIterations, type Found } from './iterations/find.js';
import { inIterations } from './iterations/in-iterations.js';
import { differences } from './iterations/differences.js';
import { firstEvent } from './extent.js';
import { deviceSchema, limitSchema } from './support.js';
import { workOfDevice, type WorkColumns } from './columns/work.js';

const input = z.object({
  range: z.string().min(1).max(500).nullable().default(null).describe('The ranges that are iterations, by a part of their text. Without it they are looked for.'),
  device: deviceSchema,
  order: z.enum(['first', 'slowest']).default('first').describe('In the order of time, or the slowest first.'),
  limit: limitSchema,
});

const row = z.object({
  iteration: z.int(),
  /** From the first event of the profile. */
  atMs: z.number(),
  ms: z.number(),
  /** Of its time, 0 to 1, for how much devices worked, in the mean over devices; null where no device's work was captured. */
  busyShare: z.number().nullable(),
  kernels: z.int(),
  /** `warm-up`: the first ones that are slower than usual; `slow`: a later one. */
  state: z.enum(['warm-up', 'usual', 'slow']),
  /** Of a slow or warm-up one: what took longer than in a usual one, most first, milliseconds over the median. */
  because: z.array(z.object({ what: z.string(), ms: z.number() })),
});

const facts = z.object({
  how: z.enum(['range', 'sequence']),
  /** Of the ranges, or of the kernel with which one begins. */
  name: z.string(),
  iterations: z.int(),
  warmUp: z.int(),
  slow: z.int(),
  /** Of those after the warm-up. */
  medianMs: z.number(),
  meanMs: z.number(),
  minMs: z.number(),
  maxMs: z.number(),
  /** Standard deviation by mean. */
  variation: z.number(),
  medianBusyShare: z.number().nullable(),
  /** Usual time from the end of one to the start of the next: nothing of it is in the rows. */
  medianBetweenMs: z.number(),
});

export const iterations = defineTool({
  name: 'iterations',
  aliases: ['nsys_sql_iterations', 'steps'],
  summary: 'the program\'s own steps: how long each, how busy devices were, how they vary, and what is different in slow ones',
  needs: {},
  input,
  row,
  facts,
  run(db, { range, device, order, limit }) {
    const origin = firstEvent(db);
    const work = hasTable(db, 'PERFLOOP_DEVICE_WORK') ? workOfDevice(db, device) : null;
    if (work === null && !hasTable(db, 'NVTX_EVENTS')) return { abstained: 'the profile has no NVTX_EVENTS, and no work of a device: profile with `nsys profile -t cuda,nvtx`' };
    const found = findIterations(db, work, { range, origin });
    if (found === null) return { abstained: range === null ? 'nothing in it repeats: no range has the name of a step, and kernels have no period. Mark iterations with NVTX, and give --range' : `no range has "${range}" in its text. \`nvtx\` lists them` };
    return answer(db, found, { work, order, limit });
  },
});

function answer(db: ProfileDatabase, found: Found, { work, order, limit }: { work: WorkColumns | null; order: 'first' | 'slowest'; limit: number }) {
  const { spans } = found;
  const ms = spans.map(({ start, end }) => (end - start) / 1e6);
  const { warmUp, slow } = slowOnes(ms);
  const inside = work === null ? null : inIterations(work, spans);
  const busyShare = (i: number): number | null => (inside === null || inside.devices === 0 ? null : (inside.busy[i] ?? 0) / 1e6 / (ms[i] ?? 1) / inside.devices);
  const because = differences(db, found, { work, inside, odd: [...Array(warmUp).keys(), ...slow], usual: usualOf(ms, warmUp, slow) });
  const all = spans.map(({ start }, i): z.infer<typeof row> => ({
    iteration: i,
    atMs: start / 1e6,
    ms: ms[i] ?? 0,
    busyShare: busyShare(i),
    kernels: inside?.kernels[i] ?? 0,
    state: i < warmUp ? 'warm-up' : slow.has(i) ? 'slow' : 'usual',
    because: because.get(i) ?? [],
  }));
  const steady = ms.slice(warmUp);
  const meanMs = steady.reduce((sum, one) => sum + one, 0) / steady.length;
  const deviation = Math.sqrt(steady.reduce((sum, one) => sum + (one - meanMs) ** 2, 0) / steady.length);
  const shares = all.slice(warmUp).flatMap((one) => (one.busyShare === null ? [] : [one.busyShare]));
  return {
    ...firstRows(order === 'first' ? all : all.toSorted((a, b) => b.ms - a.ms), limit),
    facts: {
      how: found.how, name: found.name, iterations: spans.length, warmUp, slow: slow.size,
      medianMs: medianOf(steady), meanMs, minMs: leastOf(steady), maxMs: mostOf(steady), variation: meanMs > 0 ? deviation / meanMs : 0,
      medianBusyShare: shares.length === 0 ? null : medianOf(shares),
      medianBetweenMs: medianOf(spans.slice(1).map(({ start }, i) => (start - (spans[i]?.end ?? 0)) / 1e6)),
    },
    notes: [...found.notes, ...(found.how === 'range' && work !== null ? ['Devices work behind the host: what they did in the time of an iteration may have been launched in the one before it.'] : [])],
  };
}
