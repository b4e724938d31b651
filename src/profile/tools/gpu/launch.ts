import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  kernel: z.string(),
  count: z.int(),
  /** From the end of the call that launched it to its start on the device: waiting in the stream, and the way there. */
  medianQueueUs: z.number(),
  maxQueueUs: z.number(),
  /** For how long the host was in the call. */
  medianCallUs: z.number(),
  medianKernelUs: z.number(),
  /** Time of the calls by time of the kernels: above 1, the host takes longer to launch them than the device to execute them. */
  callByKernel: z.number().nullable(),
});

const facts = z.object({
  kernels: z.int(),
  /** Those whose launch is in the profile, 0 to 1: a slice loses launches. */
  joined: z.number(),
  callMs: z.number(),
  kernelMs: z.number(),
  /** Of all kernels, 0 to 1: those shorter than 10 microseconds, about what a launch costs. */
  tiny: z.number(),
});

const joined = `
joined AS (
  SELECT shortName, k."end" - k.start AS ns, r."end" - r.start AS callNs, MAX(0, k.start - r."end") AS queueNs
  FROM CUPTI_ACTIVITY_KIND_KERNEL AS k JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r USING (globalPid, correlationId)
  WHERE :device IS NULL OR k.deviceId = :device)`;

const sql = `
WITH ${joined}
SELECT COALESCE(StringIds.value, '(unnamed)') AS kernel, COUNT(*) AS count,
  median(queueNs) / 1e3 AS medianQueueUs, MAX(queueNs) / 1e3 AS maxQueueUs,
  median(callNs) / 1e3 AS medianCallUs, median(ns) / 1e3 AS medianKernelUs,
  1.0 * SUM(callNs) / NULLIF(SUM(ns), 0) AS callByKernel
FROM joined LEFT JOIN StringIds ON StringIds.id = shortName
GROUP BY shortName ORDER BY SUM(callNs) DESC, kernel`;

const factsSql = `
WITH ${joined}
SELECT all_.kernels, 1.0 * COUNT(joined.ns) / MAX(1, all_.kernels) AS joined, COALESCE(SUM(callNs), 0) / 1e6 AS callMs, COALESCE(SUM(ns), 0) / 1e6 AS kernelMs, all_.tiny
FROM (SELECT COUNT(*) AS kernels, COALESCE(AVG("end" - start < 10000), 0) AS tiny FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device) AS all_
LEFT JOIN joined ON 1`;

export const launch = defineTool({
  name: 'launch',
  aliases: ['nsys_sql_launch', 'kernel_launches'],
  summary: 'how long launches take the host, and how long kernels wait for their turn',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured, CUPTI_ACTIVITY_KIND_RUNTIME: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const all = db.prepare<[object], z.infer<typeof row>>(sql).all({ device });
    const facts_ = db.prepare<[object], z.infer<typeof facts>>(factsSql).get({ device }) as z.infer<typeof facts>;
    const notes = facts_.joined < 0.99 ? [`Only ${(100 * facts_.joined).toFixed(0)}% of the kernels have their launch in the profile: the others were launched before it began, in graphs, or lost with a slice.`] : [];
    return { ...firstRows(all, limit), facts: facts_, notes };
  },
});
