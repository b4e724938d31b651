import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { workColumns, workKinds } from './columns/work.js';
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

const operations = /AllReduce|AllGather|ReduceScatter|Broadcast|SendRecv|AllToAll|Reduce|Gather|Scatter|Send|Recv/i;

const operationOf = (name: string): string => operations.exec(name)?.[0] ?? name;

/** Kernels that communicate, by operation, device and stream: those with the most time first. */
export function collectives(db: ProfileDatabase, device: number | null): Collective[] {
  db.function('operation', { deterministic: true }, (name: unknown) => operationOf(String(name)));
  const lateness = stragglers(startsOf(db));
  const rows = db.prepare<[object], Omit<Collective, 'medianLateUs' | 'lastShare'>>(sqlWith(hasTable(db, 'PERFLOOP_COLLECTIVES'))).all({ device });
  return rows.map((one) => ({ ...one, ...(lateness.get(`${one.op} ${one.device}`) ?? { medianLateUs: null, lastShare: null }) }));
}

/** The operations of each device in the order in which they begin, by nanoseconds from the profile's first event. */
function startsOf(db: ProfileDatabase): { deviceId: number; start: number; op: string }[] {
  const named = db.prepare<[], { id: number; value: string }>(`SELECT id, value FROM StringIds WHERE ${communication('value')}`).all();
  const ops = new Map(named.map(({ id, value }) => [id, operationOf(value)]));
  const { device, start, kind, name } = workColumns(db);
  const starts: { deviceId: number; start: number; op: string }[] = [];
  for (let at = 0; at < kind.length; at++) {
    const op = workKinds[kind[at]!] === 'kernel' ? ops.get(name[at]!) : undefined;
    if (op !== undefined) starts.push({ deviceId: device[at]!, start: start[at]!, op });
  }
  return starts;
}
