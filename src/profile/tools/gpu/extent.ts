import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';

/** When the first event of a device or of a call began, in nanoseconds: what times of rows are counted from. */
export function firstEvent(db: ProfileDatabase): bigint {
  const tables = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'];
  const there = tablesOf(db);
  const starts = tables.filter((table) => there.has(table)).map((table) => `SELECT MIN(start) AS start FROM ${table}`);
  if (starts.length === 0) return 0n;
  return db.prepare<[], bigint | null>(`SELECT MIN(start) FROM (${starts.join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n;
}

/** Between the first and the last event of a device or of calls, in milliseconds; 0 without any. */
export function spanOf(db: ProfileDatabase): number {
  const there = tablesOf(db);
  const timed = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'OSRT_API'].filter((table) => there.has(table)).map((table) => `SELECT MIN(start) AS first, MAX("end") AS last FROM ${table}`);
  return timed.length === 0 ? 0 : (db.prepare<[], number | null>(`SELECT (MAX(last) - MIN(first)) / 1e6 FROM (${timed.join(' UNION ALL ')})`).pluck().get() ?? 0);
}
