import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import Database from '../../../store/sqlite.js';
import { tablesOf } from '../../tools/tables.js';
import { collectivesSql } from '../collectives.js';
import type { OnImportProgress } from '../progress.js';
import { mostApartNs, processesApart, ranksSql } from '../ranks.js';
import { metaSchemaSql } from '../schema.js';
import { ProfileWriter } from '../writer.js';
import { createNsysTable, quoted } from './create.js';
import { importNsys } from './import.js';
import { addSamples } from './samples.js';
import { deviceTables, deviceWorkSql, nsysTables, type NsysTable } from './tables.js';
import { textIdColumns } from './texts.js';

/** Columns that name a process or thread, a device, and a sample or call chain: they count from another start in each export, as texts do. */
const processes = new Set(['globalPid', 'globalTid', 'endGlobalTid']);
const devices = new Set(['deviceId', 'srcDeviceId', 'dstDeviceId', 'gpuId', 'cudaId']);
const chains = new Set(['callchainId', 'id']);
/** Above all ids of samples and chains of one export. */
const chainsApart = 2 ** 40;

/** What is added to the ids and times of one export. */
interface Apart {
  processes: bigint;
  devices: number;
  chains: number;
  ns: number;
}

/**
 * Imports exports of nsys of the ranks of one job into a fresh database, kept apart. Each is imported by itself first, to `part`, and
 * then added. Throws what importNsys does.
 */
export async function importNsysRanks(db: Database.Database, files: readonly string[], part: string, report: OnImportProgress): Promise<void> {
  db.exec(`CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE META_DATA_CAPTURE (name TEXT NOT NULL, value TEXT); ${ranksSql}`);
  const writer = new ProfileWriter(db);
  let firstNs: bigint | null = null;
  for (const [index, file] of files.entries()) {
    try {
      await importPart(file, part, (progress) => report({ what: progress.what, done: (index + progress.done) / files.length }));
      db.prepare('ATTACH ? AS source').run(part);
      const startNs = sessionStart(db);
      firstNs ??= startNs;
      const ns = startNs === null || firstNs === null ? Number.NaN : Number(startNs - firstNs);
      const isAligned = Math.abs(ns) <= mostApartNs;
      if (!isAligned) writer.note(`${basename(file)} does not say when it was recorded, or at quite another time: its times count from its own beginning.`);
      const apart = { processes: processesApart(index), devices: devicesApart(db), chains: index * chainsApart, ns: isAligned ? ns : 0 };
      if (apart.devices > 0) writer.note(`Devices of ${basename(file)} have ${apart.devices} added to their numbers: another export has devices of the same numbers.`);
      db.transaction(() => addPart(db, apart, basename(file)))();
      db.exec('DETACH source');
    } finally {
      rmSync(part, { force: true });
    }
  }
  const there = tablesOf(db);
  for (const { name } of nsysTables) if (there.has(name)) createNsysTable(db, name, { table: false, indexes: true });
  const work = deviceWorkSql(there);
  if (work !== null) db.exec(work);
  if (there.has('COMPOSITE_EVENTS') && there.has('SAMPLING_CALLCHAINS')) db.transaction(() => addSamples(db, new ProfileWriter(db), files.map((file) => basename(file)).join(', ')))();
}

async function importPart(file: string, part: string, report: OnImportProgress): Promise<void> {
  const db = new Database(part);
  try {
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.exec(metaSchemaSql);
    await importNsys(db, file, `${part}.source`, report, { samples: false });
  } finally {
    db.close();
  }
}

/** Nanoseconds since 1970 at which its times are 0; null where it does not say. */
function sessionStart(db: Database.Database): bigint | null {
  return db.prepare<[], bigint>("SELECT CAST(value AS INTEGER) FROM source.META_DATA_EXPORT WHERE name = 'PERFLOOP_SESSION_START_NS'").pluck().safeIntegers().get() ?? null;
}

/**
 * Adds the texts that are not there yet, so that equal ones have one id whatever export they come from. Makes PERFLOOP_TEXTS, which has
 * ours for each id of theirs.
 */
const addTextsSql = `
INSERT INTO main.StringIds (value) SELECT DISTINCT value FROM source.StringIds WHERE value NOT IN (SELECT value FROM main.StringIds);
DROP TABLE IF EXISTS temp.PERFLOOP_TEXTS;
CREATE TEMP TABLE PERFLOOP_TEXTS (id INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
INSERT INTO temp.PERFLOOP_TEXTS SELECT theirs.id, MIN(ours.id) FROM source.StringIds AS theirs JOIN main.StringIds AS ours USING (value) GROUP BY theirs.id;`;

function addPart(db: Database.Database, apart: Apart, file: string): void {
  const theirs = new Set(db.prepare<[], string>("SELECT name FROM source.sqlite_master WHERE type = 'table'").pluck().all());
  db.exec(`${addTextsSql} INSERT INTO main.PERFLOOP_NOTES SELECT text FROM source.PERFLOOP_NOTES;
INSERT INTO main.META_DATA_EXPORT SELECT name, value FROM source.META_DATA_EXPORT WHERE name NOT IN (SELECT name FROM main.META_DATA_EXPORT) OR name = 'PERFLOOP_FILE';
INSERT INTO main.META_DATA_CAPTURE SELECT name, value FROM source.META_DATA_CAPTURE EXCEPT SELECT name, value FROM main.META_DATA_CAPTURE;`);
  const ours = tablesOf(db);
  for (const name of theirs) if (name.startsWith('ENUM_')) db.exec(`CREATE TABLE IF NOT EXISTS main.${name} (id INTEGER PRIMARY KEY, name TEXT, label TEXT); INSERT OR IGNORE INTO main.${name} SELECT * FROM source.${name}`);
  const kernelsBefore = ours.has('CUPTI_ACTIVITY_KIND_KERNEL') ? (db.prepare<[], number>('SELECT COALESCE(MAX(rowid), 0) FROM main.CUPTI_ACTIVITY_KIND_KERNEL').pluck().get() ?? 0) : 0;
  for (const table of nsysTables) {
    if (!theirs.has(table.name)) continue;
    if (!ours.has(table.name)) createNsysTable(db, table.name, { indexes: false });
    const columns = [...table.columns, ...Object.keys(table.computed ?? {})];
    const kept = table.name === 'TARGET_INFO_GPU' ? listedHere(db, theirs, apart) : '1';
    db.exec(`INSERT INTO main.${table.name} (${columns.map(quoted).join(', ')}) SELECT ${columns.map((column) => moved(table, column, apart)).join(', ')} FROM source.${table.name} WHERE ${kept}`);
  }
  if (theirs.has('PERFLOOP_COLLECTIVES')) {
    const ourText = (column: string): string => `(SELECT ours FROM temp.PERFLOOP_TEXTS AS t WHERE t.id = ${column})`;
    if (!ours.has('PERFLOOP_COLLECTIVES')) db.exec(collectivesSql);
    db.exec(`INSERT INTO main.PERFLOOP_COLLECTIVES SELECT kernel + ${kernelsBefore}, ${ourText('opId')}, ${ourText('groupId')}, groupSize, inBytes, outBytes FROM source.PERFLOOP_COLLECTIVES`);
  }
  const workers = deviceTables.filter((name) => theirs.has(name)).map((name) => `SELECT globalPid FROM source.${name} WHERE globalPid IS NOT NULL`);
  const ranked = workers.length > 0 ? workers.join(' UNION ') : 'SELECT globalPid FROM source.CUPTI_ACTIVITY_KIND_RUNTIME WHERE 0';
  const known = db.prepare<[], string>("SELECT value FROM source.META_DATA_CAPTURE WHERE name = 'ENVIRONMENT:RANK'").pluck().all();
  if (workers.length === 0) return;
  // A process is the next rank, but for one that the export says the number of.
  db.prepare(`INSERT INTO main.PERFLOOP_RANKS (rank, globalPid, file)
SELECT COALESCE(:rank, (SELECT COUNT(*) FROM main.PERFLOOP_RANKS) + ROW_NUMBER() OVER (ORDER BY globalPid) - 1), globalPid + CAST(:apart AS INTEGER), :file FROM (${ranked})`).run({ rank: known.length === 1 ? Number(known[0]) : null, apart: String(apart.processes), file });
}

/** SQL of a column's value, set apart from the exports before. */
function moved({ name, columns }: NsysTable, column: string, { processes: process, devices: device, chains: chain, ns }: Apart): string {
  const value = quoted(column);
  if (textIdColumns.has(column)) return `(SELECT ours FROM temp.PERFLOOP_TEXTS AS t WHERE t.id = ${name}.${value})`;
  if (processes.has(column)) return `${value} + ${process}`;
  if (devices.has(column) || (name === 'TARGET_INFO_GPU' && column === 'id')) return `${value} + ${device}`;
  if (chains.has(column) && name !== 'TARGET_INFO_GPU') return `CASE WHEN ${value} > 0 THEN ${value} + ${chain} ELSE ${value} END`;
  if ((column === 'start' || column === 'end') && columns.includes('start')) return `${value} + ${ns}`;
  return value;
}

/**
 * SQL: whether a device of `source` is listed by it. Each export can list all devices of its machine: one that another had work of, or has
 * listed, is not listed again; one that this export has work of is listed by it alone.
 */
function listedHere(db: Database.Database, theirs: ReadonlySet<string>, { devices: apart }: Apart): string {
  const worked = workersOf(db, 'source');
  if (theirs.has('TARGET_INFO_CUDA_DEVICE') && worked.length > 0) worked.push(...db.prepare<[], number>(`SELECT gpuId FROM source.TARGET_INFO_CUDA_DEVICE WHERE cudaId IN (${worked.join(', ')}) AND gpuId IS NOT NULL`).pluck().all());
  const ids = worked.join(', ');
  db.exec(`DELETE FROM main.TARGET_INFO_GPU WHERE id - ${apart} IN (${ids})`);
  // Under new numbers, those without work here would be devices that there are not.
  return `id IN (${ids})${apart > 0 ? '' : ' OR id NOT IN (SELECT id FROM main.TARGET_INFO_GPU)'}`;
}

/** Devices that have work. */
function workersOf(db: Database.Database, schema: 'main' | 'source'): number[] {
  const there = new Set(db.prepare<[], string>(`SELECT name FROM ${schema}.sqlite_master WHERE type = 'table'`).pluck().all());
  const parts = deviceTables.filter((name) => there.has(name)).map((name) => `SELECT deviceId FROM ${schema}.${name} WHERE deviceId IS NOT NULL`);
  return parts.length === 0 ? [] : db.prepare<[], number>(parts.join(' UNION ')).pluck().all();
}

/** What makes the devices of `source` others than those that are there: 0 where they are. */
function devicesApart(db: Database.Database): number {
  const there = new Set(workersOf(db, 'main'));
  return workersOf(db, 'source').some((device) => there.has(device)) ? Math.max(...there) + 1 : 0;
}
