import { z } from 'zod';
import { Durations } from '../durations.js';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows, type Abstention } from '../tool.js';
import { workColumns, workKinds } from './columns/work.js';
import { textOf } from './columns/work-names.js';
import { kernelFamily } from './kernel-family.js';
import { kernelsByRange } from './kernels-by-range.js';
import { openRangeNotes } from './open-ranges.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';
import { wholeGraphNotes } from './whole-graphs.js';

const input = z.object({
  by: z.enum(['name', 'short', 'family', 'device', 'stream', 'nvtx']).default('name').describe('What makes a row: the whole name with its template arguments, the function alone, what kernels do (matrix multiply, elementwise, …), a device, a stream, or the innermost range of NVTX around the launch.'),
  device: deviceSchema,
  match: z.string().max(500).nullable().default(null).describe('Only kernels whose name contains this, in any letter case.'),
  limit: limitSchema,
});

const row = z.object({
  kernel: z.string(),
  device: z.int().nullable(),
  count: z.int(),
  totalMs: z.number(),
  /** Of the time of all kernels that were asked for, 0 to 1. */
  share: z.number(),
  meanUs: z.number(),
  medianUs: z.number(),
  minUs: z.number(),
  maxUs: z.number(),
});

const facts = z.object({ kernels: z.int(), totalMs: z.number(), devices: z.int() });

const kernel = workKinds.indexOf('kernel');

export const kernels = defineTool({
  name: 'kernels',
  aliases: ['nsys_sql_kernels', 'top_kernels'],
  summary: 'the kernels with the most time on the devices, by name, family, device, stream or range',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { by, device, match, limit }) {
    const wants = wanted(db, { device, match });
    const found = by === 'nvtx' ? byRange(db, wants) : byColumn(db, by, wants);
    if ('abstained' in found) return found;
    const { groups, notes } = found;
    const all = groups.map(({ kernel, device: on, of }) => ({ kernel, device: on, count: of.count, totalMs: of.totalNs / 1e6, meanUs: of.totalNs / of.count / 1e3, medianUs: of.medianNs() / 1e3, minUs: of.minNs / 1e3, maxUs: of.maxNs / 1e3 }))
      .sort((a, b) => b.totalMs - a.totalMs || order(a.kernel, b.kernel) || (a.device ?? 0) - (b.device ?? 0));
    const totalMs = all.reduce((sum, one) => sum + one.totalMs, 0);
    return {
      ...firstRows(all.map(({ kernel, device: on, count, totalMs: ms, ...times }) => ({ kernel, device: on, count, totalMs: ms, share: totalMs > 0 ? ms / totalMs : 0, ...times })), limit),
      facts: { kernels: all.reduce((sum, { count }) => sum + count, 0), totalMs, devices: count(db, wants).devices },
      notes: [...notes, ...wholeGraphNotes(db, 'the kernels in them are not among these')],
    };
  },
});

interface Groups {
  groups: { kernel: string; device: number | null; of: Durations }[];
  notes: string[];
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Time adds up over streams that run at once; for how long a device was busy, see `busy`. */
function byColumn(db: ProfileDatabase, by: 'name' | 'short' | 'family' | 'device' | 'stream', wants: (kernel: number) => boolean): Groups {
  const { device, stream, start, end, kind, name, detail } = workColumns(db);
  const text = textOf(db);
  // By a number, which groups faster than a text.
  const families = new Map<number, { number: number; label: string }>();
  const numbers = new Map<string, number>();
  const family = (id: number): { number: number; label: string } => entry(families, id, () => {
    const label = kernelFamily(text(id) ?? '');
    return { number: entry(numbers, label, () => numbers.size), label };
  });
  const { key, label } = {
    name: { key: (at: number) => detail[at]!, label: (at: number) => text(detail[at]!) },
    short: { key: (at: number) => name[at]!, label: (at: number) => text(name[at]!) },
    family: { key: (at: number) => family(detail[at]!).number, label: (at: number) => family(detail[at]!).label },
    device: { key: (at: number) => device[at]!, label: (at: number) => `device ${device[at]!}` },
    stream: { key: (at: number) => device[at]! * 2 ** 32 + stream[at]!, label: (at: number) => (stream[at]! < 0 ? undefined : `stream ${stream[at]!}`) },
  }[by];
  const groups = new Map<number, { first: number; of: Durations }>();
  for (let at = 0; at < kind.length; at++) if (kind[at] === kernel && wants(at)) entry(groups, key(at), () => ({ first: at, of: new Durations() })).of.add(end[at]! - start[at]!);
  return { groups: [...groups.values()].map(({ first, of }) => ({ kernel: label(first) ?? '(unnamed)', device: by === 'device' || by === 'stream' ? device[first]! : null, of })), notes: [] };
}

function byRange(db: ProfileDatabase, wants: (kernel: number) => boolean): Groups | Abstention {
  for (const table of ['NVTX_EVENTS', 'CUPTI_ACTIVITY_KIND_RUNTIME']) if (!hasTable(db, table)) return { abstained: `the profile has no ${table}, by which kernels would be put into ranges: profile with \`nsys profile -t cuda,nvtx\`` };
  const found = [...kernelsByRange(db, wants)].map(([range, of]) => ({ kernel: range ?? '(in no range)', device: null, of }));
  const missed = count(db, wants).kernels - found.reduce((sum, { of }) => sum + of.count, 0);
  return { groups: found, notes: [...openRangeNotes(db), ...(missed > 0 ? [`${missed} kernels have no launch in the profile, and are in no row.`] : [])] };
}

/** Of kernels that count, how many there are, and on how many devices. */
function count(db: ProfileDatabase, wants: (kernel: number) => boolean): { kernels: number; devices: number } {
  const { device, kind } = workColumns(db);
  const devices = new Set<number>();
  let kernels = 0;
  for (let at = 0; at < kind.length; at++) {
    if (kind[at] !== kernel || !wants(at)) continue;
    kernels += 1;
    devices.add(device[at]!);
  }
  return { kernels, devices: devices.size };
}

const matchingSql = 'SELECT id FROM StringIds WHERE INSTR(LOWER(value), LOWER(?)) > 0';

/** Whether the work at a place of WorkColumns, a kernel, was asked for. */
function wanted(db: ProfileDatabase, { device, match }: { device: number | null; match: string | null }): (kernel: number) => boolean {
  const { device: on, detail, name } = workColumns(db);
  const ids = match === null ? null : new Set(db.prepare<[string], number>(matchingSql).pluck().all(match));
  return (at) => (device === null || on[at] === device) && (ids === null || ids.has(detail[at] === -1 ? name[at]! : detail[at]!));
}
