import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';

/** Tables whose events tell when the profile begins, with what their indexes order starts by: there are few of each. */
const beginnings = {
  CUPTI_ACTIVITY_KIND_KERNEL: 'deviceId',
  CUPTI_ACTIVITY_KIND_GRAPH_TRACE: 'deviceId',
  CUPTI_ACTIVITY_KIND_MEMCPY: 'deviceId',
  CUPTI_ACTIVITY_KIND_MEMSET: 'deviceId',
  CUPTI_ACTIVITY_KIND_RUNTIME: 'globalTid',
  NVTX_EVENTS: 'globalTid',
  OSRT_API: 'globalTid',
  CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: 'deviceId',
  CUDA_GPU_MEMORY_USAGE_EVENTS: 'deviceId',
  CUDA_UM_CPU_PAGE_FAULT_EVENTS: 'globalPid',
  CUDA_UM_GPU_PAGE_FAULT_EVENTS: 'globalPid',
  SCHED_EVENTS: 'globalTid',
  COMPOSITE_EVENTS: 'globalTid',
};

/** From one device or thread to the next in the index, and not over all rows. */
const earliestSql = (table: string, key: string): string => `
SELECT MIN(start) AS start FROM ${table} WHERE ${key} IS NULL
UNION ALL SELECT (SELECT MIN(start) FROM ${table} WHERE ${key} = own) FROM (
  WITH RECURSIVE owners (own) AS (
    SELECT MIN(${key}) FROM ${table}
    UNION ALL SELECT (SELECT MIN(${key}) FROM ${table} WHERE ${key} > own) FROM owners WHERE own IS NOT NULL)
  SELECT own FROM owners WHERE own IS NOT NULL)`;

/** When the first event of any kind began, but for the profiler's own work, in nanoseconds: what times of rows are counted from. */
export function firstEvent(db: ProfileDatabase): bigint {
  const there = tablesOf(db);
  const starts = Object.entries(beginnings).filter(([table]) => there.has(table)).map(([table, key]) => earliestSql(table, key));
  if (starts.length === 0) return 0n;
  return db.prepare<[], bigint | null>(`SELECT MIN(start) FROM (${starts.join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n;
}

/** When the last event of a device, of a call or of a range ended, in nanoseconds. */
export function lastEvent(db: ProfileDatabase): bigint {
  const there = tablesOf(db);
  const ends = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'].filter((table) => there.has(table)).map((table) => `SELECT MAX(COALESCE("end", start)) AS "end" FROM ${table}`);
  return ends.length === 0 ? 0n : (db.prepare<[], bigint | null>(`SELECT MAX("end") FROM (${ends.join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n);
}

/** Between the first and the last event of a device or of calls, in milliseconds; 0 without any. */
export function spanOf(db: ProfileDatabase): number {
  const there = tablesOf(db);
  const timed = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'OSRT_API'].filter((table) => there.has(table)).map((table) => `SELECT MIN(start) AS first, MAX("end") AS last FROM ${table}`);
  return timed.length === 0 ? 0 : (db.prepare<[], number | null>(`SELECT (MAX(last) - MIN(first)) / 1e6 FROM (${timed.join(' UNION ALL ')})`).pluck().get() ?? 0);
}
