import { basename } from 'node:path';
import { PerfloopError } from '../../../core/errors.js';
import type Database from '../../../store/sqlite.js';
import { createNsysTable } from '../nsys/create.js';
import { deviceWorkSql, type NsysTableName } from '../nsys/tables.js';
import { mostApartNs, ranksSql } from '../ranks.js';
import type { OnImportProgress } from '../progress.js';
import { profileChunks } from '../read-file.js';
import { tablesOf } from '../../tools/tables.js';
import { collectivesSql } from '../collectives.js';
import { aroundSchema, eventSchema } from './event.js';
import { KinetoRows } from './rows.js';
import { TraceSplitter } from './split.js';
import { addPythonStacks } from './stacks.js';
import { TraceWriter } from './trace-writer.js';

const tables = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'PROCESSES', 'ThreadNames', 'TARGET_INFO_GPU'] as const satisfies readonly NsysTableName[];

/**
 * Imports traces of PyTorch's profiler (Kineto), plain or gzip, event by event: one, or those of the ranks of one job. Operators and
 * annotations become ranges of NVTX, functions of Python stacks. Throws PL_PROFILE_MALFORMED for what is cut off or no JSON,
 * PL_PROFILE_EMPTY where one holds no work.
 */
export async function importKineto(db: Database.Database, files: readonly string[], report: OnImportProgress): Promise<void> {
  db.exec(`BEGIN; CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE KINETO_PYTHON (start INTEGER, "end" INTEGER, globalTid INTEGER, nameId INTEGER); ${ranksSql} ${collectivesSql}`);
  for (const name of tables) createNsysTable(db, name, { indexes: false });
  const rows = new KinetoRows(db);
  const notes: string[] = [];
  const used = new Set<number>();
  let firstAt: number | null = null;
  for (const [index, file] of files.entries()) {
    const writer = new TraceWriter(rows, index);
    const around = aroundSchema.parse(await readTrace(writer, file, (part) => report({ what: basename(file), done: (index + part) / files.length })));
    if (writer.work === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The trace holds no operators, calls or work of a device.', { where: file, fix: 'Record it with `torch.profiler.profile(activities=[CPU, CUDA])` around the work.' });
    const at = writer.beginsAt(around);
    firstAt ??= at;
    const apart = at === null || firstAt === null ? Number.NaN : Math.round((at - firstAt) * 1000);
    const isAligned = Math.abs(apart) <= mostApartNs;
    if (!isAligned && files.length > 1) notes.push(`${basename(file)} does not say when it was recorded, or at quite another time: its times count from its own beginning.`);
    const devices = writer.devices();
    const addDevices = devices.some((device) => used.has(device)) ? Math.max(...used) + 1 : 0;
    for (const device of devices) used.add(device + addDevices);
    writer.end(around, { shift: isAligned ? apart : 0, addDevices, file, several: files.length > 1 }, notes);
  }
  for (const name of tables) {
    if (db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined && name !== 'NVTX_EVENTS' && name !== 'CUPTI_ACTIVITY_KIND_RUNTIME') db.exec(`DROP TABLE ${name}`);
    else createNsysTable(db, name, { indexes: true, table: false });
  }
  addPythonStacks(db, files[0] ?? '');
  finish(db, files, notes);
}

/** Gives what stands around the events. */
async function readTrace(writer: TraceWriter, file: string, onPart: (done: number) => void): Promise<unknown> {
  const splitter = new TraceSplitter((text) => {
    const event = eventSchema.safeParse(JSON.parse(text));
    if (event.success) writer.event(event.data);
    else writer.odd += 1;
  });
  try {
    for await (const chunk of profileChunks(file, (read, of) => onPart(read / of))) splitter.write(chunk);
    return splitter.end();
  } catch (error) {
    if (error instanceof SyntaxError) throw new PerfloopError('PL_PROFILE_MALFORMED', `The trace cannot be read: ${error.message}.`, { where: file, fix: 'Record it again, and let the program end by itself.', cause: error });
    throw error;
  }
}

/** Takes away what is empty, and writes what a reader should know. */
function finish(db: Database.Database, files: readonly string[], notes: readonly string[]): void {
  db.exec('DROP TABLE KINETO_PYTHON; UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET globalPid = globalTid & ~0xFFFFFF');
  for (const name of ['NVTX_EVENTS', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'PERFLOOP_RANKS', 'PERFLOOP_COLLECTIVES']) if (db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined) db.exec(`DROP TABLE ${name}`);
  const work = deviceWorkSql(tablesOf(db));
  if (work !== null) db.exec(work);
  const note = db.prepare('INSERT INTO PERFLOOP_NOTES (text) VALUES (?)');
  for (const text of notes) note.run(text);
  const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
  meta.run('EXPORT_PRODUCT_NAME', 'PyTorch Kineto');
  meta.run('PERFLOOP_FILE', files.map((file) => basename(file)).join(', '));
  db.exec('COMMIT');
}
