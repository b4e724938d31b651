import { z } from 'zod';
import { defineTool } from '../tool.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  stream: z.int(),
  kernels: z.int(),
  copies: z.int(),
  /** Union of the stream's own work. */
  busyMs: z.number(),
  /** From its first to its last work. */
  spanMs: z.number(),
  /** Of the time in which the device was busy at all, 0 to 1. */
  shareOfDevice: z.number(),
});

const facts = z.object({ streams: z.int() });

const covered = `SUM(CASE WHEN reached IS NULL OR start >= reached THEN "end" - start WHEN "end" > reached THEN "end" - reached ELSE 0 END)`;

const sql = `
WITH
work AS MATERIALIZED (SELECT kind, start, "end", deviceId, streamId FROM PERFLOOP_DEVICE_WORK WHERE :device IS NULL OR deviceId = :device),
ofStream AS (
  SELECT *, MAX("end") OVER (PARTITION BY deviceId, streamId ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM work),
ofDevice AS (
  SELECT *, MAX("end") OVER (PARTITION BY deviceId ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM work),
devices AS (SELECT deviceId, ${covered} AS ns FROM ofDevice GROUP BY deviceId)
SELECT deviceId AS device, streamId AS stream, SUM(kind IN ('kernel', 'graph')) AS kernels, SUM(kind = 'memcpy') AS copies,
  ${covered} / 1e6 AS busyMs, (MAX("end") - MIN(start)) / 1e6 AS spanMs, COALESCE(1.0 * ${covered} / NULLIF(devices.ns, 0), 0) AS shareOfDevice
FROM ofStream JOIN devices USING (deviceId) GROUP BY deviceId, streamId ORDER BY busyMs DESC, device, stream`;

export const streams = defineTool({
  name: 'streams',
  aliases: ['nsys_sql_streams'],
  summary: 'how the work of each device is spread over its streams',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = db.prepare<[object], z.infer<typeof row>>(sql).all({ device });
    return { rows: all.slice(0, limit), more: Math.max(0, all.length - limit), facts: { streams: all.length }, notes: [] };
  },
});
