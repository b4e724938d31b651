import type Database from '../../../store/sqlite.js';
import { keepsExport, keepsSystem, keptCapture } from './captured.js';
import { sourceColumns } from './columns.js';

/** Later ones may mean something else by the same columns. */
const knownMajors = new Set([1, 2, 3]);

interface Fact {
  name: string;
  value: string | null;
}

/**
 * Copies what an export that is attached as `source` tells of itself and of the capture, and its enumerations. `metaTable`: what describes it,
 * which until 2022 had another name. Throws what `refuse` makes where its schema's version is none.
 */
export function copyFacts(db: Database.Database, { tables, metaTable }: { tables: Iterable<string>; metaTable: string }, notes: string[], refuse: (message: string, fix: string) => Error): void {
  const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
  const exported = factsOf(db, metaTable);
  for (const { name, value } of exported) if (keepsExport(name)) meta.run(name, value ?? '');
  const version = exported.find(({ name }) => name === 'EXPORT_SCHEMA_VERSION')?.value ?? null;
  if (version === null) notes.push('The export does not say which version its schema has.');
  else if (!/^\d+\.\d+/.test(version)) throw refuse(`The export says that its schema has the version "${version.slice(0, 50)}".`, 'Export the report again with `nsys export --type sqlite`.');
  else if (!knownMajors.has(Number(version.split('.')[0]))) notes.push(`The export's schema has the version ${version}, which is newer than what perfloop knows: columns of the same name may mean something else.`);

  if (sourceColumns(db, 'TARGET_INFO_SESSION_START_TIME').has('utcEpochNs')) db.exec("INSERT INTO META_DATA_EXPORT (name, value) SELECT 'PERFLOOP_SESSION_START_NS', utcEpochNs FROM source.TARGET_INFO_SESSION_START_TIME WHERE utcEpochNs IS NOT NULL LIMIT 1");
  copyCapture(db, notes);
  for (const name of tables) if (/^ENUM_\w+$/.test(name)) copyEnumeration(db, name, notes);
}

/** Rows of a table of names and values; none where it is no such table. */
function factsOf(db: Database.Database, table: string): Fact[] {
  const columns = sourceColumns(db, table);
  return columns.has('name') && columns.has('value') ? db.prepare<[], Fact>(`SELECT CAST(name AS TEXT) AS name, CAST(value AS TEXT) AS value FROM source.${table} WHERE name IS NOT NULL`).all() : [];
}

function copyCapture(db: Database.Database, notes: string[]): void {
  db.exec('CREATE TABLE META_DATA_CAPTURE (name TEXT NOT NULL, value TEXT)');
  const captured = db.prepare('INSERT INTO META_DATA_CAPTURE (name, value) VALUES (?, ?)');
  let left = 0;
  for (const { name, value } of factsOf(db, 'META_DATA_CAPTURE')) {
    const kept = keptCapture(name, value);
    if (kept !== null) captured.run(kept.name, kept.value);
    else if (/:(?:ENVIRONMENT_VARIABLE|ARGUMENT_\d+)$/.test(name)) left += 1;
  }
  for (const { name, value } of factsOf(db, 'TARGET_INFO_SYSTEM_ENV')) if (keepsSystem(name)) captured.run(`SYSTEM:${name}`, (value ?? '').slice(0, 200));
  if (left > 0) notes.push(`${left} environment variables and arguments of the profiled command were left out: they can hold secrets.`);
}

/** What its numbers mean; without labels, the names of the constants. */
function copyEnumeration(db: Database.Database, table: string, notes: string[]): void {
  const columns = sourceColumns(db, table);
  if (!columns.has('id') || !columns.has('name')) {
    notes.push(leftOut(table, ['id', 'name'].filter((column) => !columns.has(column))));
    return;
  }
  db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT, label TEXT); INSERT OR IGNORE INTO ${table} SELECT id, name, ${columns.has('label') ? 'label' : 'name'} FROM source.${table} WHERE id IS NOT NULL;`);
}

/** The note on a table without which the export still says something. */
export const leftOut = (table: string, missing: readonly string[]): string => `The export's ${table} has no ${missing.join(', ')}, and was left out: export the report again with a newer nsys to have it.`;
