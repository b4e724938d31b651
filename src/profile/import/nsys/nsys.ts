import { PerfloopError } from '../../../core/errors.js';
import type Database from '../../../store/sqlite.js';
import { createNsysTable, quoted } from './create.js';
import { keepsExport, keepsSystem, keptCapture } from './captured.js';
import { originOf } from './origin.js';
import { contentTables, deviceTables, deviceWorkSql, nsysTables, type NsysTable } from './tables.js';

/** Later ones may mean something else by the same columns. */
const knownMajors = new Set([1, 2, 3]);

export interface NsysRows {
  /** Rows of each table that the export has. */
  rows: Record<string, number>;
  /** What a reader of findings should know of the import. */
  notes: string[];
}

/**
 * Fills a fresh database with the tables of an nsys export that is attached as `source`. Rows without a time, or that end
 * before they begin, are left out and counted. Throws PL_PROFILE_NSYS where it is no such export or lacks a column without
 * which its table says nothing, PL_PROFILE_EMPTY where it holds no events.
 */
export function writeNsys(db: Database.Database, { file, onTable }: { file: string; onTable?: (name: string, index: number, of: number) => void }): NsysRows {
  const there = new Map(db.prepare<[], { name: string; sql: string }>("SELECT name, sql FROM source.sqlite_master WHERE type IN ('table', 'view')").all().map(({ name, sql }) => [name, sql]));
  const refuse = (message: string, fix: string): PerfloopError => new PerfloopError('PL_PROFILE_NSYS', message, { where: file, fix });
  const metaTable = metaTables.find((name) => there.has(name));
  if (!there.has('StringIds') || metaTable === undefined) throw refuse('The SQLite file is no export of Nsight Systems: it has no StringIds and META_DATA_EXPORT.', 'Export the report with `nsys export --type sqlite`, or bring the .nsys-rep itself.');
  const notes: string[] = [];
  copyFacts(db, { there, metaTable }, notes, refuse);

  const wanted = nsysTables.filter(({ name }) => there.has(name));
  const origin = originOf(db, wanted);
  if (origin > 0n) {
    notes.push('Times of the export count from 1970. Here they count from its first event.');
    db.prepare("DELETE FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SESSION_START_NS'").run();
    db.prepare("INSERT INTO META_DATA_EXPORT (name, value) VALUES ('PERFLOOP_SESSION_START_NS', ?)").run(String(origin));
  }
  const rows: Record<string, number> = {};
  for (const [index, table] of wanted.entries()) {
    onTable?.(table.name, index, wanted.length);
    const columns = new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_info(?, ?)').pluck().all(...([table.name, 'source'] as unknown as [string])));
    const missing = table.needs.filter((column) => !columns.has(column));
    if (missing.length > 0) throw refuse(`The export's ${table.name} has no ${missing.join(', ')}.`, 'Export the report again with a version of nsys from 2020 on.');
    // An export of one process may leave out which.
    const only = isDeviceTable(table) && !columns.has('globalPid') ? onlyProcess(db, there) : null;
    rows[table.name] = copyTable(db, table, columns, { onlyProcess: only, origin }, notes);
  }
  if (Object.entries(rows).every(([name, count]) => count === 0 || eventless.has(name))) throw new PerfloopError('PL_PROFILE_EMPTY', 'The export holds no events: neither of a device nor of calls, ranges or samples.', { where: file, fix: 'Profile with `nsys profile -t cuda,nvtx,osrt`, for long enough to see the work.' });
  const work = deviceWorkSql(new Set(Object.keys(rows)));
  if (work !== null) db.exec(work);
  if (isDevice(rows) && !there.has('TARGET_INFO_GPU')) notes.push('The export does not say which GPU it is of.');
  return { rows, notes };
}

/** What describes the export; until 2022 it had another name. */
const metaTables = ['META_DATA_EXPORT', 'EXPORT_META_DATA'] as const;

/** The process that all calls are of; null where there are several. */
function onlyProcess(db: Database.Database, there: ReadonlyMap<string, string>): string | null {
  if (!there.has('CUPTI_ACTIVITY_KIND_RUNTIME')) return null;
  const processes = db.prepare<[], string>('SELECT DISTINCT CAST(globalTid & ~0xFFFFFF AS TEXT) FROM source.CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid IS NOT NULL LIMIT 2').pluck().all();
  return processes.length === 1 ? (processes[0] ?? null) : null;
}

const eventless = new Set(['PROCESSES', 'ThreadNames', 'TARGET_INFO_GPU', 'TARGET_INFO_CUDA_DEVICE', 'TARGET_INFO_CUDA_STREAM', 'ANALYSIS_DETAILS']);

const isDeviceTable = ({ name }: NsysTable): boolean => (deviceTables as readonly string[]).includes(name);

const isDevice = (rows: Record<string, number>): boolean => deviceTables.some((name) => (rows[name] ?? 0) > 0);

/** The names, what is known of the capture, and the enumerations. */
function copyFacts(db: Database.Database, { there, metaTable }: { there: ReadonlyMap<string, string>; metaTable: (typeof metaTables)[number] }, notes: string[], refuse: (message: string, fix: string) => PerfloopError): void {
  const contents = contentTables.filter((name) => there.has(name)).map((name) => `SELECT contentId FROM source.${name} WHERE contentId IS NOT NULL`);
  db.exec(`CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO StringIds (id, value) SELECT id, CAST(value AS TEXT) FROM source.StringIds WHERE value IS NOT NULL${contents.length === 0 ? '' : ` AND id NOT IN (${contents.join(' UNION ')})`} ORDER BY id;`);
  const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
  const exported = db.prepare<[], { name: string; value: string | null }>(`SELECT name, value FROM source.${metaTable}`).all();
  for (const { name, value } of exported) if (keepsExport(name)) meta.run(name, value ?? '');
  const version = exported.find(({ name }) => name === 'EXPORT_SCHEMA_VERSION')?.value ?? null;
  if (version === null) notes.push('The export does not say which version its schema has.');
  else if (!/^\d+\.\d+/.test(version)) throw refuse(`The export says that its schema has the version "${version.slice(0, 50)}".`, 'Export the report again with `nsys export --type sqlite`.');
  else if (!knownMajors.has(Number(version.split('.')[0]))) notes.push(`The export's schema has the version ${version}, which is newer than what perfloop knows: columns of the same name may mean something else.`);

  if (there.has('TARGET_INFO_SESSION_START_TIME')) {
    const columns = new Set(db.prepare<[], string>("SELECT name FROM pragma_table_info('TARGET_INFO_SESSION_START_TIME', 'source')").pluck().all());
    if (columns.has('utcEpochNs')) db.exec("INSERT INTO META_DATA_EXPORT (name, value) SELECT 'PERFLOOP_SESSION_START_NS', utcEpochNs FROM source.TARGET_INFO_SESSION_START_TIME WHERE utcEpochNs IS NOT NULL LIMIT 1");
  }
  db.exec('CREATE TABLE META_DATA_CAPTURE (name TEXT NOT NULL, value TEXT)');
  const captured = db.prepare('INSERT INTO META_DATA_CAPTURE (name, value) VALUES (?, ?)');
  let left = 0;
  if (there.has('META_DATA_CAPTURE')) {
    for (const { name, value } of db.prepare<[], { name: string; value: string | null }>('SELECT name, value FROM source.META_DATA_CAPTURE').all()) {
      const kept = keptCapture(name, value);
      if (kept !== null) captured.run(kept.name, kept.value);
      else if (/:(?:ENVIRONMENT_VARIABLE|ARGUMENT_\d+)$/.test(name)) left += 1;
    }
  }
  if (there.has('TARGET_INFO_SYSTEM_ENV')) {
    for (const { name, value } of db.prepare<[], { name: string; value: string | null }>('SELECT name, value FROM source.TARGET_INFO_SYSTEM_ENV').all()) if (keepsSystem(name)) captured.run(`SYSTEM:${name}`, (value ?? '').slice(0, 200));
  }
  if (left > 0) notes.push(`${left} environment variables and arguments of the profiled command were left out: they can hold secrets.`);
  for (const name of there.keys()) {
    if (!/^ENUM_\w+$/.test(name)) continue;
    db.exec(`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, name TEXT, label TEXT); INSERT OR IGNORE INTO ${name} SELECT id, name, label FROM source.${name};`);
  }
}

function copyTable(db: Database.Database, { name, columns: ours, computed = {} }: NsysTable, theirs: ReadonlySet<string>, { onlyProcess, origin }: { onlyProcess: string | null; origin: bigint }, notes: string[]): number {
  const isTime = (column: string): boolean => origin > 0n && ours.includes('start') && (column === 'start' || column === 'end');
  const value = (column: string): string => (theirs.has(column) ? `${quoted(column)}${isTime(column) ? ` - ${origin}` : ''}` : column === 'globalPid' && onlyProcess !== null ? onlyProcess : 'NULL');
  const all = [...ours.map((column) => [column, value(column)] as const), ...Object.entries(computed)];
  createNsysTable(db, name, { indexes: false });
  const { changes } = db.prepare(`INSERT INTO main.${name} SELECT ${all.map(([, sql]) => sql).join(', ')} FROM source.${name} WHERE ${hasTime(name, ours)}`).run();
  createNsysTable(db, name, { table: false, indexes: true });
  const count = db.prepare<[], number>(`SELECT COUNT(*) FROM source.${name}`).pluck().get() ?? 0;
  if (count > changes) notes.push(`${count - changes} rows of ${name} have no time, or end before they begin, and were left out.`);
  return changes;
}

/** SQL: whether a row has the times that it needs. A range may be open. */
function hasTime(table: string, columns: readonly string[]): string {
  if (!columns.includes('start')) return '1';
  if (!columns.includes('end')) return '"start" IS NOT NULL';
  if (table === 'NVTX_EVENTS') return '"start" IS NOT NULL AND ("end" IS NULL OR "end" >= "start")';
  return '"start" IS NOT NULL AND "end" IS NOT NULL AND "end" >= "start"';
}
