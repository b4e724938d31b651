import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';
import { coveredNs, reached } from './union.js';

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

const sql = `
WITH
work AS MATERIALIZED (SELECT kind, start, "end", deviceId, streamId FROM PERFLOOP_DEVICE_WORK WHERE :device IS NULL OR deviceId = :device),
ofStream AS (
  SELECT *, ${reached('deviceId, streamId')} FROM work),
ofDevice AS (
  SELECT *, ${reached('deviceId')} FROM work),
devices AS (SELECT deviceId, ${coveredNs} AS ns FROM ofDevice GROUP BY deviceId)
SELECT deviceId AS device, streamId AS stream, SUM(kind IN ('kernel', 'graph')) AS kernels, SUM(kind = 'memcpy') AS copies,
  ${coveredNs} / 1e6 AS busyMs, (MAX("end") - MIN(start)) / 1e6 AS spanMs, COALESCE(1.0 * ${coveredNs} / NULLIF(devices.ns, 0), 0) AS shareOfDevice
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
    return { ...firstRows(all, limit), facts: { streams: all.length }, notes: [] };
  },
});
