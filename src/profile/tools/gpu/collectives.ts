import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { communication } from './communication.js';
import type { Collective } from './nccl.js';
import { stragglers } from './stragglers.js';

/** ncclDevKernel_AllReduce_Sum_f32_RING_LL(…), ncclKernel_AllGather_RING_LL_Sum_int8_t, ncclAllReduceRingLLKernel_sum_f32: what stands between. */
const sqlWith = (payload: boolean): string => `
WITH
named AS (
  SELECT StringIds.value AS name, deviceId, streamId, "end" - start AS ns,
    ${payload ? 'groupId, groupSize AS ranks, MAX(COALESCE(inBytes, outBytes), COALESCE(outBytes, inBytes))' : 'NULL AS groupId, NULL AS ranks, NULL'} AS bytes
  FROM CUPTI_ACTIVITY_KIND_KERNEL AS kernel JOIN StringIds ON StringIds.id = shortName${payload ? ' LEFT JOIN PERFLOOP_COLLECTIVES ON PERFLOOP_COLLECTIVES.kernel = kernel.rowid' : ''}
  WHERE (:device IS NULL OR deviceId = :device) AND shortName IN (SELECT id FROM StringIds WHERE ${communication('value')})),
ops AS (SELECT operation(name) AS op, deviceId, streamId, groupId, ranks, bytes, ns FROM named)
SELECT op, deviceId AS device, streamId AS stream, (SELECT value FROM StringIds WHERE id = groupId) AS "group", ranks, COUNT(*) AS count, SUM(ns) / 1e6 AS totalMs,
  median(ns) / 1e3 AS medianUs, MAX(ns) / 1e3 AS maxUs, SUM(bytes) / 1e6 AS megabytes,
  1.0 * SUM(bytes) / NULLIF(SUM(CASE WHEN bytes IS NOT NULL THEN ns END), 0) AS gigabytesPerSecond,
  MAX(ns) / NULLIF(median(ns), 0) AS maxByMedian
FROM ops GROUP BY op, deviceId, streamId, groupId, ranks ORDER BY SUM(ns) DESC, op, device, stream, groupId, ranks`;

/** The operations of each device in the order in which they begin. */
const startsSql = `
SELECT deviceId, start, operation(StringIds.value) AS op FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN StringIds ON StringIds.id = shortName
WHERE shortName IN (SELECT id FROM StringIds WHERE ${communication('value')}) ORDER BY +deviceId, start`;

const operations = /AllReduce|AllGather|ReduceScatter|Broadcast|SendRecv|AllToAll|Reduce|Gather|Scatter|Send|Recv/i;

/** Kernels that communicate, by operation, device and stream: those with the most time first. */
export function collectives(db: ProfileDatabase, device: number | null): Collective[] {
  db.function('operation', { deterministic: true }, (name: unknown) => operations.exec(String(name))?.[0] ?? String(name));
  const lateness = stragglers(db.prepare<[], { deviceId: number; start: number; op: string }>(startsSql).all());
  const rows = db.prepare<[object], Omit<Collective, 'medianLateUs' | 'lastShare'>>(sqlWith(hasTable(db, 'PERFLOOP_COLLECTIVES'))).all({ device });
  return rows.map((one) => ({ ...one, ...(lateness.get(`${one.op} ${one.device}`) ?? { medianLateUs: null, lastShare: null }) }));
}
