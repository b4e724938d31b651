import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';
import { coveredNs, reached } from './union.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  device: z.int(),
  /** For which at least one stream worked. */
  busyMs: z.number(),
  /** Between the first and the last work of the device, without any. */
  idleMs: z.number(),
  spanMs: z.number(),
  /** 0 to 1 of the span. */
  busyShare: z.number(),
  /** Time of kernels, of graphs traced as a whole, of copies and of sets, added up over streams. */
  kernelMs: z.number(),
  graphMs: z.number(),
  memcpyMs: z.number(),
  memsetMs: z.number(),
});

const facts = z.object({ devices: z.int() });

const sql = `
WITH reaching AS (SELECT deviceId, kind, start, "end", ${reached('deviceId')} FROM PERFLOOP_DEVICE_WORK WHERE :device IS NULL OR deviceId = :device)
SELECT deviceId AS device,
  ${coveredNs} / 1e6 AS busyMs,
  SUM(CASE WHEN reached IS NOT NULL AND start > reached THEN start - reached ELSE 0 END) / 1e6 AS idleMs,
  (MAX("end") - MIN(start)) / 1e6 AS spanMs,
  SUM(CASE kind WHEN 'kernel' THEN "end" - start ELSE 0 END) / 1e6 AS kernelMs,
  SUM(CASE kind WHEN 'graph' THEN "end" - start ELSE 0 END) / 1e6 AS graphMs,
  SUM(CASE kind WHEN 'memcpy' THEN "end" - start ELSE 0 END) / 1e6 AS memcpyMs,
  SUM(CASE kind WHEN 'memset' THEN "end" - start ELSE 0 END) / 1e6 AS memsetMs
FROM reaching GROUP BY deviceId ORDER BY deviceId`;

export const busy = defineTool({
  name: 'busy',
  aliases: ['nsys_sql_busy', 'gpu_utilization'],
  summary: 'for how long each device worked: the union over its streams, graphs and copies included',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = db.prepare<[object], Omit<z.infer<typeof row>, 'busyShare'>>(sql).all({ device }).map((one) => ({ ...one, busyShare: one.spanMs > 0 ? one.busyMs / one.spanMs : 1 }));
    return { ...firstRows(all, limit), facts: { devices: all.length }, notes: [] };
  },
});
