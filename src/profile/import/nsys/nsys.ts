import { PerfloopError } from '../../../core/errors.js';
import type Database from '../../../store/sqlite.js';
import { programName } from '../program-name.js';
import { createNsysTable, quoted } from './create.js';
import { sourceColumns } from './columns.js';
import { copyFacts, leftOut } from './facts.js';
import { addNcclMessages } from './nccl-messages.js';
import { mostNs, originOf } from './origin.js';
import { deviceTables, deviceWorkSql, nsysTables, programNameSql, type NsysTable } from './tables.js';
import { copyTexts } from './texts.js';

export interface NsysRows {
  /** Rows of each table that the export has. */
  rows: Record<string, number>;
  /** What a reader of findings should know of the import. */
  notes: string[];
}

/**
 * Fills a fresh database with the tables of an nsys export that is attached as `source`. Rows without a time, with an absurd one, or that end
 * before they begin, are left out and counted; tables that lack a column that they need are left out too. Throws PL_PROFILE_NSYS where
 * it is no such export or that table is one of a device's work, PL_PROFILE_EMPTY where it holds no events.
 */
export function writeNsys(db: Database.Database, { file, onTable }: { file: string; onTable?: (name: string, index: number, of: number) => void }): NsysRows {
  const there = new Set(db.prepare<[], string>("SELECT name FROM source.sqlite_master WHERE type IN ('table', 'view')").pluck().all());
  const refuse = (message: string, fix: string): PerfloopError => new PerfloopError('PL_PROFILE_NSYS', message, { where: file, fix });
  const metaTable = metaTables.find((name) => there.has(name));
  if (!there.has('StringIds') || metaTable === undefined) throw refuse('The SQLite file is no export of Nsight Systems: it has no StringIds and META_DATA_EXPORT.', 'Export the report with `nsys export --type sqlite`, or bring the .nsys-rep itself.');
  const notes: string[] = [];
  db.exec('CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL)');
  db.function(programNameSql, { deterministic: true }, (command) => (typeof command === 'string' ? programName(command) : null));
  copyFacts(db, { tables: there, metaTable }, notes, refuse);

  const wanted = nsysTables.filter(({ name, needs }) => {
    if (!there.has(name)) return false;
    const columns = sourceColumns(db, name);
    const missing = needs.filter((column) => !columns.has(column));
    if (missing.length > 0 && required.has(name)) throw refuse(`The export's ${name} has no ${missing.join(', ')}.`, 'Export the report again with a version of nsys from 2020 on.');
    if (missing.length > 0) notes.push(leftOut(name, missing));
    return missing.length === 0;
  });
  const origin = originOf(db, wanted);
  if (origin > 0n) {
    notes.push('Times of the export count from 1970. Here they count from its first event.');
    db.prepare("DELETE FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SESSION_START_NS'").run();
    db.prepare("INSERT INTO META_DATA_EXPORT (name, value) VALUES ('PERFLOOP_SESSION_START_NS', ?)").run(String(origin));
  }
  const process = wanted.some(({ name }) => name === 'CUPTI_ACTIVITY_KIND_RUNTIME') ? onlyProcess(db) : null;
  const rows: Record<string, number> = {};
  for (const [index, table] of wanted.entries()) {
    onTable?.(table.name, index, wanted.length);
    // An export of one process may leave out which.
    rows[table.name] = copyTable(db, table, { onlyProcess: isDeviceTable(table) ? process : null, origin }, notes);
  }
  copyTexts(db, wanted);
  addNcclMessages(db, origin, notes);
  if (Object.entries(rows).every(([name, count]) => count === 0 || eventless.has(name))) throw new PerfloopError('PL_PROFILE_EMPTY', 'The export holds no events: neither of a device nor of calls, ranges or samples.', { where: file, fix: 'Profile with `nsys profile -t cuda,nvtx,osrt`, for long enough to see the work.' });
  const work = deviceWorkSql(new Set(Object.keys(rows)));
  if (work !== null) db.exec(work);
  if (isDevice(rows) && !('TARGET_INFO_GPU' in rows)) notes.push('The export does not say which GPU it is of.');
  return { rows, notes };
}

/** What keeps a device busy: without one of these that was captured, all that is said of the device would be wrong. */
const required: ReadonlySet<string> = new Set(['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE']);

/** What describes the export; until 2022 it had another name. */
const metaTables = ['META_DATA_EXPORT', 'EXPORT_META_DATA'] as const;

/** The process that all calls are of; null where there are several. */
function onlyProcess(db: Database.Database): string | null {
  const processes = db.prepare<[], string>('SELECT DISTINCT CAST(globalTid & ~0xFFFFFF AS TEXT) FROM source.CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid IS NOT NULL LIMIT 2').pluck().all();
  return processes.length === 1 ? (processes[0] ?? null) : null;
}

const eventless = new Set(['PROCESSES', 'ThreadNames', 'TARGET_INFO_GPU', 'TARGET_INFO_CUDA_DEVICE', 'TARGET_INFO_CUDA_STREAM', 'ANALYSIS_DETAILS', 'DIAGNOSTIC_EVENT']);

const isDeviceTable = ({ name }: NsysTable): boolean => (deviceTables as readonly string[]).includes(name);

const isDevice = (rows: Record<string, number>): boolean => deviceTables.some((name) => (rows[name] ?? 0) > 0);

function copyTable(db: Database.Database, { name, columns: ours, computed = {}, keeps = '1' }: NsysTable, { onlyProcess, origin }: { onlyProcess: string | null; origin: bigint }, notes: string[]): number {
  const theirs = sourceColumns(db, name);
  const isTime = (column: string): boolean => origin > 0n && ours.includes('start') && (column === 'start' || column === 'end');
  const value = (column: string): string => (theirs.has(column) ? `${quoted(column)}${isTime(column) ? ` - ${origin}` : ''}` : column === 'globalPid' && onlyProcess !== null ? onlyProcess : 'NULL');
  const all = [...ours.map((column) => [column, value(column)] as const), ...Object.entries(computed)];
  createNsysTable(db, name, { indexes: false });
  const { changes } = db.prepare(`INSERT INTO main.${name} SELECT ${all.map(([, sql]) => sql).join(', ')} FROM source.${name} WHERE ${hasTime(name, ours, origin)} AND ${keeps}`).run();
  createNsysTable(db, name, { table: false, indexes: true });
  const count = db.prepare<[], number>(`SELECT COUNT(*) FROM source.${name} WHERE ${keeps}`).pluck().get() ?? 0;
  if (count > changes) notes.push(`${count - changes} rows of ${name} have no time or an absurd one, or end before they begin, and were left out.`);
  return changes;
}

/** SQL: whether a row has the times that it needs, in a recording of no absurd length. A range may be open. */
function hasTime(table: string, columns: readonly string[], origin: bigint): string {
  if (!columns.includes('start')) return '1';
  const begins = `"start" BETWEEN ${origin - mostNs} AND ${origin + mostNs}`;
  if (!columns.includes('end')) return begins;
  const ends = `"end" BETWEEN "start" AND "start" + ${mostNs}`;
  return `${begins} AND ${table === 'NVTX_EVENTS' ? `("end" IS NULL OR ${ends})` : ends}`;
}
