import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** Such as Host-to-Device, from the file's own enumeration. */
  direction: z.string(),
  /** Kind of memory at either end, such as Pinned to Device. */
  memory: z.string(),
  count: z.int(),
  totalMs: z.number(),
  megabytes: z.number(),
  /** Bytes by time of the copies themselves, 10^9 a second; null where they took no time. */
  gigabytesPerSecond: z.number().nullable(),
  medianKilobytes: z.number(),
  maxMs: z.number(),
});

const facts = z.object({ copies: z.int(), totalMs: z.number(), megabytes: z.number() });

/** Labels of CUPTI for files without their enumeration (cupti_activity.h, CUpti_ActivityMemcpyKind, CUpti_ActivityMemoryKind). */
export const directions: Record<number, string> = { 1: 'Host-to-Device', 2: 'Device-to-Host', 8: 'Device-to-Device', 9: 'Host-to-Host', 10: 'Peer-to-Peer' };
export const memories: Record<number, string> = { 0: 'Pageable', 1: 'Pinned', 2: 'Device', 3: 'Array', 4: 'Managed', 5: 'Device Static', 6: 'Managed Static' };

const sql = `
SELECT deviceId AS device, copyKind, srcKind, dstKind, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, SUM(bytes) / 1e6 AS megabytes,
  1.0 * SUM(bytes) / NULLIF(SUM("end" - start), 0) AS gigabytesPerSecond,
  median(bytes) / 1e3 AS medianKilobytes, MAX("end" - start) / 1e6 AS maxMs
FROM CUPTI_ACTIVITY_KIND_MEMCPY WHERE :device IS NULL OR deviceId = :device
GROUP BY deviceId, copyKind, srcKind, dstKind ORDER BY SUM("end" - start) DESC, device, copyKind, srcKind, dstKind`;

type Grouped = Omit<z.infer<typeof row>, 'direction' | 'memory'> & { copyKind: number; srcKind: number | null; dstKind: number | null };

export const memcpy = defineTool({
  name: 'memcpy',
  aliases: ['nsys_sql_memcpy', 'memory_transfers'],
  summary: 'copies by direction and kind of memory: time, bytes, bandwidth',
  needs: { CUPTI_ACTIVITY_KIND_MEMCPY: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const labelOf = { copy: labels(db, 'ENUM_CUDA_MEMCPY_OPER', directions), memory: labels(db, 'ENUM_CUDA_MEM_KIND', memories) };
    const all = db.prepare<[object], Grouped>(sql).all({ device }).map(({ copyKind, srcKind, dstKind, ...rest }) => ({
      ...rest,
      direction: labelOf.copy(copyKind),
      memory: srcKind === null || dstKind === null ? 'not captured' : `${labelOf.memory(srcKind)} to ${labelOf.memory(dstKind)}`,
    }));
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    return { ...firstRows(all, limit), facts: { copies: sum(({ count }) => count), totalMs: sum(({ totalMs }) => totalMs), megabytes: sum(({ megabytes }) => megabytes) }, notes: [] };
  },
});

/** What the file itself calls its numbers. */
export function labels(db: ProfileDatabase, table: string, otherwise: Record<number, string>): (id: number) => string {
  const there = hasTable(db, table);
  const known = new Map(there ? db.prepare<[], { id: number; label: string | null }>(`SELECT id, COALESCE(label, name) AS label FROM ${table}`).all().map(({ id, label }) => [id, label]) : []);
  return (id) => known.get(id) ?? otherwise[id] ?? `kind ${id}`;
}
