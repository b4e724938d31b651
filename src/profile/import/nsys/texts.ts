import type Database from '../../../store/sqlite.js';
import { sourceColumns } from './columns.js';
import { quoted } from './create.js';
import type { NsysTable } from './tables.js';

/** Columns that name a text of StringIds. */
export const textIdColumns: ReadonlySet<string> = new Set(['demangledName', 'shortName', 'nameId', 'textId', 'symbol', 'module']);

/** Tables whose `contentId` names texts that are contents of files and streams of the program, in which anything can stand. */
const contentTables = ['ANALYSIS_FILE', 'ProcessStreams'] as const;

/**
 * Copies the texts that rows of `tables` name, which are there already. An export has more: paths, command lines and contents of
 * files that only tables name which are not kept.
 */
export function copyTexts(db: Database.Database, tables: readonly NsysTable[]): void {
  const named = tables.flatMap(({ name, columns }) => columns.filter((column) => textIdColumns.has(column)).map((column) => `SELECT DISTINCT ${quoted(column)} FROM main.${name}`));
  if (named.length === 0) return;
  const contents = contentTables.filter((name) => sourceColumns(db, name).has('contentId')).map((name) => `SELECT contentId FROM source.${name} WHERE contentId IS NOT NULL`);
  const kept = contents.length === 0 ? '' : ` AND id NOT IN (${contents.join(' UNION ')})`;
  db.exec(`INSERT INTO main.StringIds (id, value) SELECT id, CAST(value AS TEXT) FROM source.StringIds WHERE value IS NOT NULL AND id IN (${named.join(' UNION ALL ')})${kept} ORDER BY id`);
}
