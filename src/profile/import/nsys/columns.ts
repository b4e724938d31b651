import type Database from '../../../store/sqlite.js';

/** The columns of a table of the export that is attached as `source`; none where it has no such table. */
export function sourceColumns(db: Database.Database, table: string): ReadonlySet<string> {
  return new Set(db.prepare<[string], string>("SELECT name FROM pragma_table_info(?, 'source')").pluck().all(table));
}
