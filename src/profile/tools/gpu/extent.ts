import { keptFor } from '../kept.js';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import { eventTables } from './event-tables.js';

/** Of the events of a table, in nanoseconds. The times are null where there are none. */
export interface Extent {
  rows: number;
  /** When the first and the last began, and the last end of one that has an end. */
  first: number | null;
  latest: number | null;
  ended: number | null;
}

/** Read once for each opened profile. */
export function extentOf(db: ProfileDatabase, table: string): Extent {
  const ended = eventTables[table]?.ends === true ? 'MAX("end")' : 'NULL';
  return keptFor(db, `extent of ${table}`, () => db.prepare<[], Extent>(`SELECT COUNT(*) AS rows, MIN(start) AS first, MAX(start) AS latest, ${ended} AS ended FROM ${table}`).get() as Extent);
}

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
  return keptFor(db, 'first event', () => {
    const there = tablesOf(db);
    const starts = Object.entries(eventTables).flatMap(([table, { owner }]) => (owner !== null && there.has(table) ? [earliestSql(table, owner)] : []));
    return starts.length === 0 ? 0n : (db.prepare<[], bigint | null>(`SELECT MIN(start) FROM (${starts.join(' UNION ALL ')})`).pluck().safeIntegers().get() ?? 0n);
  });
}

/** Tables of the program's own work: of devices, and of its threads. */
const work = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'OSRT_API'];

/** When the first event of these tables began and the last one ended, in nanoseconds; null without any. */
function spanOfTables(db: ProfileDatabase, tables: readonly string[]): { first: number; last: number } | null {
  const there = tablesOf(db);
  const extents = tables.filter((table) => there.has(table)).map((table) => extentOf(db, table)).filter(({ rows }) => rows > 0);
  if (extents.length === 0) return null;
  return { first: Math.min(...extents.map(({ first }) => first ?? Infinity)), last: Math.max(...extents.flatMap(({ latest, ended }) => [latest ?? -Infinity, ended ?? -Infinity])) };
}

/** When the last event of a device, of a call or of a range ended, in nanoseconds. */
export const lastEvent = (db: ProfileDatabase): bigint => BigInt(spanOfTables(db, [...work, 'NVTX_EVENTS'])?.last ?? 0);

/** Between the first and the last event of a device or of calls, in milliseconds; 0 without any. */
export function spanOf(db: ProfileDatabase): number {
  const span = spanOfTables(db, work);
  return span === null ? 0 : (span.last - span.first) / 1e6;
}
