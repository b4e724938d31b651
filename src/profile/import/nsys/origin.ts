import type Database from '../../../store/sqlite.js';

/** Later times lose nanoseconds as JavaScript numbers. Exports count from the start of the recording, or from 1970. */
const exactNs = 2 ** 52;

/** 52 days: no recording is longer, and no time in one later. */
export const mostNs = BigInt(exactNs);

/** The year 2116, since 1970: a later time is none. */
const latestNs = 2n ** 62n;

/** What has to be taken from all times of the export that is attached as `source`: 0, or the first event's where they count from 1970. */
export function originOf(db: Database.Database, tables: readonly { name: string; columns: readonly string[] }[]): bigint {
  const timed = tables.filter(({ columns }) => columns.includes('start')).map(({ name }) => name);
  const late = (name: string): boolean => db.prepare<[], number>(`SELECT start > ${exactNs} FROM source.${name} WHERE start < ${latestNs} LIMIT 1`).pluck().get() === 1;
  if (!timed.some(late)) return 0n;
  const first = timed.map((name) => `SELECT MIN(start) AS first FROM source.${name} WHERE start > ${exactNs} AND start < ${latestNs}`).join(' UNION ALL ');
  return db.prepare<[], bigint>(`SELECT MIN(first) FROM (${first})`).pluck().safeIntegers().get() ?? 0n;
}
