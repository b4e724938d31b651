import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { communication, deviceSchema, kernelsCaptured, limitSchema } from './support.js';
import { coveredNs, reached } from './union.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** Union of the kernels that compute, of the kernels that communicate, and of both. */
  computeMs: z.number(),
  communicationMs: z.number(),
  eitherMs: z.number(),
  /** For which both ran. */
  overlapMs: z.number(),
  /** Communication that no computation hides. */
  exposedMs: z.number(),
  /** Of the communication, 0 to 1; null where there is none. */
  hiddenShare: z.number().nullable(),
});

const facts = z.object({ devices: z.int(), communicationMs: z.number(), exposedMs: z.number() });

const unionOf = (name: string, which: string): string => `
${name} AS (
  SELECT deviceId, ${coveredNs} / 1e6 AS ms
  FROM (SELECT deviceId, start, "end", ${reached('deviceId')} FROM kernels WHERE ${which})
  GROUP BY deviceId)`;

const sql = `
WITH
kernels AS MATERIALIZED (
  SELECT deviceId, start, "end", ${communication('COALESCE(StringIds.value, \'\')')} AS communicates
  FROM CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds ON StringIds.id = shortName WHERE :device IS NULL OR deviceId = :device),
${unionOf('computing', 'NOT communicates')},
${unionOf('communicating', 'communicates')},
${unionOf('either', '1')}
SELECT either.deviceId AS device, COALESCE(computing.ms, 0) AS computeMs, COALESCE(communicating.ms, 0) AS communicationMs, either.ms AS eitherMs
FROM either LEFT JOIN computing USING (deviceId) LEFT JOIN communicating USING (deviceId) ORDER BY either.deviceId`;

export const overlap = defineTool({
  name: 'overlap',
  aliases: ['nsys_sql_overlap'],
  summary: 'how much of the communication of each device computation hides',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = db.prepare<[object], Pick<z.infer<typeof row>, 'device' | 'computeMs' | 'communicationMs' | 'eitherMs'>>(sql).all({ device }).map((one) => {
      // What both cover is counted twice in their sum, and once in their union.
      const overlapMs = Math.max(0, one.computeMs + one.communicationMs - one.eitherMs);
      return { ...one, overlapMs, exposedMs: one.communicationMs - overlapMs, hiddenShare: one.communicationMs > 0 ? overlapMs / one.communicationMs : null };
    });
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    const communicationMs = sum((one) => one.communicationMs);
    return {
      ...firstRows(all, limit),
      facts: { devices: all.length, communicationMs, exposedMs: sum((one) => one.exposedMs) },
      notes: communicationMs === 0 ? ['No kernel of NCCL or NVSHMEM ran: there is no communication between devices by kernels. Copies between them are in `memcpy`.'] : [],
    };
  },
});
