import { z } from 'zod';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { stragglers } from './stragglers.js';
import { communication, deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  /** Such as AllReduce; the kernel's name where it does not tell. */
  op: z.string(),
  device: z.int(),
  /** Null where the profile does not say. */
  stream: z.int().nullable(),
  /** The process group of PyTorch, and how many ranks it has; null where that was not captured. */
  group: z.string().nullable(),
  ranks: z.int().nullable(),
  count: z.int(),
  totalMs: z.number(),
  medianUs: z.number(),
  maxUs: z.number(),
  /** Of messages, the larger of what this rank sends and receives; null where that was not captured. */
  megabytes: z.number().nullable(),
  /** 10^9 bytes a second of time in the kernel, as nccl-tests counts `algbw` (PERFORMANCE.md). */
  gigabytesPerSecond: z.number().nullable(),
  /** The slowest by the median: far above 1, some ranks arrive late, or sizes differ. */
  maxByMedian: z.number().nullable(),
  /** How much later than on the first device an operation begins here, and how often it begins here last, 0 to 1; null where that cannot be compared. */
  medianLateUs: z.number().nullable(),
  lastShare: z.number().nullable(),
});

const facts = z.object({ kernels: z.int(), totalMs: z.number(), /** Of the time of all kernels, 0 to 1. */ share: z.number() });

/** ncclDevKernel_AllReduce_Sum_f32_RING_LL(…), ncclKernel_AllGather_RING_LL_Sum_int8_t, ncclAllReduceRingLLKernel_sum_f32: what stands between. */
const sqlWith = (payload: boolean): string => `
WITH
named AS (
  SELECT COALESCE(StringIds.value, '(unnamed)') AS name, deviceId, streamId, "end" - start AS ns,
    ${payload ? 'groupId, groupSize AS ranks, MAX(COALESCE(inBytes, outBytes), COALESCE(outBytes, inBytes))' : 'NULL AS groupId, NULL AS ranks, NULL'} AS bytes
  FROM CUPTI_ACTIVITY_KIND_KERNEL AS kernel LEFT JOIN StringIds ON StringIds.id = shortName${payload ? ' LEFT JOIN PERFLOOP_COLLECTIVES ON PERFLOOP_COLLECTIVES.kernel = kernel.rowid' : ''}
  WHERE (:device IS NULL OR deviceId = :device) AND ${communication("COALESCE(StringIds.value, '')")}),
ops AS (SELECT operation(name) AS op, deviceId, streamId, groupId, ranks, bytes, ns FROM named)
SELECT op, deviceId AS device, streamId AS stream, (SELECT value FROM StringIds WHERE id = groupId) AS "group", ranks, COUNT(*) AS count, SUM(ns) / 1e6 AS totalMs,
  median(ns) / 1e3 AS medianUs, MAX(ns) / 1e3 AS maxUs, SUM(bytes) / 1e6 AS megabytes,
  1.0 * SUM(bytes) / NULLIF(SUM(CASE WHEN bytes IS NOT NULL THEN ns END), 0) AS gigabytesPerSecond,
  MAX(ns) / NULLIF(median(ns), 0) AS maxByMedian
FROM ops GROUP BY op, deviceId, streamId, groupId, ranks ORDER BY SUM(ns) DESC, op, device, stream, groupId, ranks`;

const allSql = 'SELECT COALESCE(SUM("end" - start), 0) / 1e6 FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE :device IS NULL OR deviceId = :device';

/** The operations of each device in the order in which they begin. */
const startsSql = `
SELECT deviceId, start, operation(StringIds.value) AS op FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN StringIds ON StringIds.id = shortName
WHERE shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}) ORDER BY +deviceId, start`;

const operations = /AllReduce|AllGather|ReduceScatter|Broadcast|SendRecv|AllToAll|Reduce|Gather|Scatter|Send|Recv/i;

export const nccl = defineTool({
  name: 'nccl',
  aliases: ['nsys_sql_nccl'],
  summary: 'kernels that communicate, by operation, device, stream and group, with their messages, and which device comes late',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    db.function('operation', { deterministic: true }, (name: unknown) => operations.exec(String(name))?.[0] ?? String(name));
    const lateness = stragglers(db.prepare<[], { deviceId: number; start: number; op: string }>(startsSql).all());
    const all = db.prepare<[object], Omit<z.infer<typeof row>, 'medianLateUs' | 'lastShare'>>(sqlWith(hasTable(db, 'PERFLOOP_COLLECTIVES'))).all({ device }).map((one) => ({ ...one, ...(lateness.get(`${one.op} ${one.device}`) ?? { medianLateUs: null, lastShare: null }) }));
    const totalMs = all.reduce((sum, one) => sum + one.totalMs, 0);
    const kernelMs = db.prepare<[object], number>(allSql).pluck().get({ device }) ?? 0;
    return {
      ...firstRows(all, limit),
      facts: { kernels: all.reduce((sum, { count }) => sum + count, 0), totalMs, share: kernelMs > 0 ? totalMs / kernelMs : 0 },
      notes: all.length === 0 ? ['No kernel of NCCL, NVSHMEM or MSCCL ran.'] : lateness.size === 0 ? ['Which device comes late cannot be told: no operation ran equally often on several devices of this profile.'] : ['Lateness is of the n-th operation of a kind on each device, as if all were of one communicator, and clocks of hosts agreed.'],
    };
  },
});
