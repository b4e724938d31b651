import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { memoryLabels } from './labels.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** Kind of memory that was set, such as Device, from the file's own enumeration. */
  memory: z.string(),
  count: z.int(),
  totalMs: z.number(),
  megabytes: z.number(),
  /** Bytes by time of the sets themselves, 10^9 a second; null where they took no time. */
  gigabytesPerSecond: z.number().nullable(),
  medianKilobytes: z.number(),
  medianUs: z.number(),
  maxUs: z.number(),
});

const facts = z.object({
  sets: z.int(),
  totalMs: z.number(),
  megabytes: z.number(),
  /** Of all sets, 0 to 1: those of less than 4096 bytes, which cost a launch each and hardly any bandwidth. */
  small: z.number(),
});

const sql = `
SELECT deviceId AS device, memKind, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, SUM(bytes) / 1e6 AS megabytes,
  1.0 * SUM(bytes) / NULLIF(SUM("end" - start), 0) AS gigabytesPerSecond,
  median(bytes) / 1e3 AS medianKilobytes, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e3 AS maxUs
FROM CUPTI_ACTIVITY_KIND_MEMSET WHERE :device IS NULL OR deviceId = :device
GROUP BY deviceId, memKind ORDER BY SUM("end" - start) DESC, device, memKind`;

const factsSql = `
SELECT COUNT(*) AS sets, COALESCE(SUM("end" - start), 0) / 1e6 AS totalMs, COALESCE(SUM(bytes), 0) / 1e6 AS megabytes, COALESCE(AVG(bytes < 4096), 0) AS small
FROM CUPTI_ACTIVITY_KIND_MEMSET WHERE :device IS NULL OR deviceId = :device`;

export const memset = defineTool({
  name: 'memset',
  aliases: ['nsys_sql_memset'],
  summary: 'sets of memory by device and kind of memory: time, bytes, bandwidth',
  needs: { CUPTI_ACTIVITY_KIND_MEMSET: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const labelOf = memoryLabels(db);
    const all = db.prepare<[object], Omit<z.infer<typeof row>, 'memory'> & { memKind: number | null }>(sql).all({ device })
      .map(({ device: on, memKind, ...rest }) => ({ device: on, memory: memKind === null ? 'not captured' : labelOf(memKind), ...rest }));
    return { ...firstRows(all, limit), facts: db.prepare<[object], z.infer<typeof facts>>(factsSql).get({ device }) as z.infer<typeof facts>, notes: [] };
  },
});
