import { eachRow } from '../each-row.js';
import type { ProfileDatabase } from '../open.js';

const sql = `
SELECT deviceId, streamId, start, "end", kind, id FROM PERFLOOP_DEVICE_WORK
WHERE :device IS NULL OR deviceId = :device ORDER BY deviceId, start`;

export type WorkKind = 'kernel' | 'graph' | 'memcpy' | 'memset';

/** `id`: the row in the table of its kind. Times in nanoseconds. */
export type VisitWork = (device: number, stream: number, start: number, end: number, kind: WorkKind, id: number) => void;

/** All work of devices, each device's in the order of its starts: an index gives that order, so that nothing is sorted. */
export function eachWork(db: ProfileDatabase, device: number | null, visit: VisitWork): void {
  eachRow(db, sql, { device }, visit);
}

/** SQL for work that is no kernel, a SELECT of the columns for each table there is, of all devices or `:device`. */
export const otherWork = (tables: ReadonlySet<string>, columns: string): string[] =>
  ['CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET'].filter((table) => tables.has(table)).map((table) => `SELECT ${columns} FROM ${table} WHERE :device IS NULL OR deviceId = :device`);
