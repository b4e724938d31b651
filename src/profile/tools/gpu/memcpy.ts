import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { firstEvent } from './extent.js';
import { directionLabels, memoryLabels } from './labels.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  by: z.enum(['kind', 'size', 'time']).default('kind').describe('What makes a row beside direction and memory: nothing, the size of copies, or one of twenty equal slices of the time between the first copy and the last.'),
  device: deviceSchema,
  limit: limitSchema,
});

const row = z.object({
  device: z.int(),
  /** Such as Host-to-Device, from the file's own enumeration. */
  direction: z.string(),
  /** Kind of memory at either end, such as Pinned to Device. */
  memory: z.string(),
  /** Asked for by size: that of the smallest copies in the row, and below which all are; 1 kB is 1024 bytes. */
  size: z.string().optional(),
  /** Asked for by time: when the slice begins, from the first event of the profile. A copy is in the slice in which it begins. */
  fromMs: z.number().optional(),
  count: z.int(),
  totalMs: z.number(),
  megabytes: z.number(),
  /** Bytes by time of the copies themselves, 10^9 a second; null where they took no time. */
  gigabytesPerSecond: z.number().nullable(),
  medianKilobytes: z.number(),
  maxMs: z.number(),
});

const facts = z.object({ copies: z.int(), totalMs: z.number(), megabytes: z.number() });

const slices = 20;

/** Below about 64 kB a copy takes as long as its overhead; from some megabytes on it reaches the bandwidth of its link. */
const sizes: readonly [below: number, label: string][] = [[4096, 'below 4 kB'], [65_536, '4 to 64 kB'], [2 ** 20, '64 kB to 1 MB'], [2 ** 24, '1 to 16 MB'], [2 ** 28, '16 to 256 MB'], [Number.MAX_SAFE_INTEGER, '256 MB and more']];

const parts = {
  kind: { column: '0', order: '' },
  size: { column: `CASE ${sizes.map(([below], place) => `WHEN bytes < ${below} THEN ${place}`).join(' ')} END`, order: '' },
  time: { column: `(start - :first) * ${slices} / (:last - :first + 1)`, order: 'part, ' },
} as const;

const sqlOf = (by: keyof typeof parts): string => `
SELECT deviceId AS device, copyKind, srcKind, dstKind, ${parts[by].column} AS part, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, SUM(bytes) / 1e6 AS megabytes,
  1.0 * SUM(bytes) / NULLIF(SUM("end" - start), 0) AS gigabytesPerSecond, median(bytes) / 1e3 AS medianKilobytes, MAX("end" - start) / 1e6 AS maxMs
FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE :device IS NULL OR deviceId = :device
GROUP BY deviceId, copyKind, srcKind, dstKind, part ORDER BY ${parts[by].order}SUM("end" - start) DESC, device, copyKind, srcKind, dstKind, part`;

/** An empty table has no first copy. */
const spanSql = 'SELECT COALESCE(MIN(start), 0) AS first, COALESCE(MAX(start), 0) AS last FROM CUPTI_ACTIVITY_KIND_MEMCPY';

type Grouped = Omit<z.infer<typeof row>, 'direction' | 'memory'> & { copyKind: number; srcKind: number | null; dstKind: number | null; part: number };

export const memcpy = defineTool({
  name: 'memcpy',
  aliases: ['nsys_sql_memcpy', 'memory_transfers'],
  summary: 'copies by direction and kind of memory, by size or over time: time, bytes, bandwidth',
  needs: { CUPTI_ACTIVITY_KIND_MEMCPY: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { by, device, limit }) {
    const labelOf = { copy: directionLabels(db), memory: memoryLabels(db) };
    const { first, last } = db.prepare<[], { first: bigint; last: bigint }>(spanSql).safeIntegers().get() ?? { first: 0n, last: 0n };
    const beganMs = Number(first - firstEvent(db)) / 1e6;
    const place = (part: number): { size?: string; fromMs?: number } => (by === 'size' ? { size: sizes[part]?.[1] ?? '' } : by === 'time' ? { fromMs: beganMs + (part * Number(last - first + 1n)) / slices / 1e6 } : {});
    const all = db.prepare<[object], Grouped>(sqlOf(by)).all({ device, first, last }).map(({ copyKind, srcKind, dstKind, part, device: on, ...rest }) => ({
      device: on,
      direction: labelOf.copy(copyKind),
      memory: srcKind === null || dstKind === null ? 'not captured' : `${labelOf.memory(srcKind)} to ${labelOf.memory(dstKind)}`,
      ...place(part),
      ...rest,
    }));
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    return { ...firstRows(all, limit), facts: { copies: sum(({ count }) => count), totalMs: sum(({ totalMs }) => totalMs), megabytes: sum(({ megabytes }) => megabytes) }, notes: [] };
  },
});
