import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows, type Abstention } from '../tool.js';
import { workColumns } from './columns/work.js';
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

const named = (id: string): string => `(SELECT value FROM StringIds WHERE id = ${id})`;

const groups = {
  // The sign keeps SQLite from going through the index on names, which takes it back and forth through the table.
  name: { key: '+demangledName', label: named('demangledName'), device: 'NULL' },
  short: { key: 'shortName', label: named('shortName'), device: 'NULL' },
  family: { key: 'family_of(demangledName)', label: 'family_named(family_of(demangledName))', device: 'NULL' },
  device: { key: 'deviceId', label: "'device ' || deviceId", device: 'deviceId' },
  stream: { key: 'deviceId, streamId', label: "'stream ' || streamId", device: 'deviceId' },
} as const;

const where = `(:device IS NULL OR deviceId = :device)
  AND (:match IS NULL OR COALESCE(demangledName, shortName) IN (SELECT id FROM StringIds WHERE INSTR(LOWER(value), LOWER(:match)) > 0))`;

/** Time adds up over streams that run at once; for how long a device was busy, see `busy`. */
const sqlOf = (by: keyof typeof groups): string => `
SELECT COALESCE(${groups[by].label}, '(unnamed)') AS kernel, ${groups[by].device} AS device, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs,
  AVG("end" - start) / 1e3 AS meanUs, median("end" - start) / 1e3 AS medianUs, MIN("end" - start) / 1e3 AS minUs, MAX("end" - start) / 1e3 AS maxUs
FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE ${where}
GROUP BY ${groups[by].key} ORDER BY SUM("end" - start) DESC, kernel, device`;

const devicesSql = `SELECT COUNT(DISTINCT deviceId) FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE ${where}`;
const countSql = `SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE ${where}`;

type Grouped = Omit<z.infer<typeof row>, 'share'>;

export const kernels = defineTool({
  name: 'kernels',
  aliases: ['nsys_sql_kernels', 'top_kernels'],
  summary: 'the kernels with the most time on the devices, by name, family, device, stream or range',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { by, device, match, limit }) {
    const asked = { device, match };
    const found = by === 'nvtx' ? byRange(db, asked) : bySql(db, by, asked);
    if ('abstained' in found) return found;
    const { groups: all, notes } = found;
    const totalMs = all.reduce((sum, one) => sum + one.totalMs, 0);
    return {
      ...firstRows(all.map(({ kernel, device: on, count, totalMs: ms, ...times }) => ({ kernel, device: on, count, totalMs: ms, share: totalMs > 0 ? ms / totalMs : 0, ...times })), limit),
      facts: { kernels: all.reduce((sum, { count }) => sum + count, 0), totalMs, devices: db.prepare<[object], number>(devicesSql).pluck().get(asked) ?? 0 },
      notes: [...notes, ...wholeGraphNotes(db, 'the kernels in them are not among these')],
    };
  },
});

interface Groups {
  groups: Grouped[];
  notes: string[];
}

function bySql(db: ProfileDatabase, by: keyof typeof groups, asked: object): Groups {
  if (by === 'family') registerFamilies(db);
  return { groups: db.prepare<[object], Grouped>(sqlOf(by)).all(asked), notes: [] };
}

const kernelNamesSql = 'SELECT id, value FROM StringIds WHERE id IN (SELECT demangledName FROM CUPTI_ACTIVITY_KIND_KERNEL)';

/** Families as numbers, which group faster than texts. */
function registerFamilies(db: ProfileDatabase): void {
  const families: string[] = ['other'];
  const known = new Map(db.prepare<[], { id: number; value: string }>(kernelNamesSql).all().map(({ id, value }) => {
    const family = kernelFamily(value);
    if (!families.includes(family)) families.push(family);
    return [id, families.indexOf(family)];
  }));
  db.function('family_of', { deterministic: true }, (name: unknown) => known.get(name as number) ?? 0);
  db.function('family_named', { deterministic: true }, (family: unknown) => families[family as number]);
}

function byRange(db: ProfileDatabase, asked: { device: number | null; match: string | null }): Groups | Abstention {
  for (const table of ['NVTX_EVENTS', 'CUPTI_ACTIVITY_KIND_RUNTIME']) if (!hasTable(db, table)) return { abstained: `the profile has no ${table}, by which kernels would be put into ranges: profile with \`nsys profile -t cuda,nvtx\`` };
  const found = kernelsByRange(db, wanted(db, asked)).map(({ range, count, totalNs, medianNs, minNs, maxNs }) => ({ kernel: range ?? '(in no range)', device: null, count, totalMs: totalNs / 1e6, meanUs: totalNs / count / 1e3, medianUs: medianNs / 1e3, minUs: minNs / 1e3, maxUs: maxNs / 1e3 }));
  const missed = (db.prepare<[object], number>(countSql).pluck().get(asked) ?? 0) - found.reduce((sum, { count }) => sum + count, 0);
  return { groups: found, notes: [...openRangeNotes(db), ...(missed > 0 ? [`${missed} kernels have no launch in the profile, and are in no row.`] : [])] };
}

const matchingSql = 'SELECT id FROM StringIds WHERE INSTR(LOWER(value), LOWER(?)) > 0';

/** The same as `where`, of kernels in WorkColumns. */
function wanted(db: ProfileDatabase, { device, match }: { device: number | null; match: string | null }): (kernel: number) => boolean {
  const { device: on, detail, name } = workColumns(db);
  const ids = match === null ? null : new Set(db.prepare<[string], number>(matchingSql).pluck().all(match));
  return (at) => (device === null || on[at] === device) && (ids === null || ids.has(detail[at] === 0 ? name[at]! : detail[at]!));
}
