import type Database from '../../../store/sqlite.js';
import { nsysTables } from './tables.js';

const textColumns = new Set(['text', 'name', 'busLocation', 'chipName', 'uuid']);

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Makes a table with the columns that perfloop's tools read, its indexes, or both. */
export function createNsysTable(db: Database.Database, name: string, { table = true, indexes }: { table?: boolean; indexes: boolean }): void {
  const found = nsysTables.find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no table ${name}`);
  const columns = [...found.columns, ...Object.keys(found.computed ?? {})];
  if (table) db.exec(`CREATE TABLE ${name} (${columns.map((column) => `${quoted(column)} ${textColumns.has(column) ? 'TEXT' : 'INTEGER'}`).join(', ')})`);
  if (indexes) for (const [index, of] of found.indexes.entries()) db.exec(`CREATE INDEX perfloop_${name}_${index + 1} ON ${name} (${of.split(', ').map(quoted).join(', ')})`);
}
