import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import Database from '../../store/sqlite.js';
import { PerfloopError } from '../../core/errors.js';
import { detectProfileKind, type ProfileKind } from './detect.js';
import { sparingly, type OnImportProgress } from './progress.js';
import { changedMeanwhile, checkedProfile, isSameFile } from './read-file.js';
import { importNsys } from './nsys/import.js';
import { importNsysRanks } from './nsys/ranks.js';
import { mostRanks } from './ranks.js';
import { processesSql } from './nsys/tables.js';
import { tablesOf } from '../tools/tables.js';
import { functionsIndexSql, functionsSchemaSql, metaSchemaSql } from './schema.js';

export interface ImportRequest {
  /** One a thread or process; kinds may be mixed. They are only read. */
  files: string[];
  /** `auto` tells each file's kind by its content; a kind named here must be the kind of every file. */
  kind: 'auto' | ProfileKind;
  /** Where the SQLite file goes; replaced when it exists. */
  database: string;
  /** For the text of a recording of perf that was just made in a place of its own: the folder `at` is `path` here, so that programs in it can be asked for the lines of their code. */
  recordedAt?: { at: string; path: string };
}

export interface ImportSummary {
  database: string;
  kind: ProfileKind | 'mixed';
  files: number;
  processes: number;
  /** Samples of the sampling profiler; 0 for cProfile. */
  samples: number;
  functions: number;
  /** Of devices; 0 where the profile has none. */
  kernels: number;
  /** Of NVTX, and operators of PyTorch. */
  ranges: number;
}

/**
 * Makes one SQLite file out of profiles: built under another name, then renamed. Files without samples are passed over as
 * long as another has some. Throws PL_PROFILE_MISSING, _EMPTY, _MALFORMED, _UNKNOWN, _KIND, _NSYS, _CHANGED,
 * _UNREADABLE or _TOO_LARGE, PL_DISK_FULL, and PL_NSYS_MISSING or PL_PERF_MISSING where a profiler is needed to read its own file.
 */
export async function importProfile({ files, kind, database, recordedAt }: ImportRequest, onProgress?: OnImportProgress): Promise<ImportSummary> {
  if (files.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'There is no profile to import.', { fix: 'Name at least one file.' });
  mkdirSync(dirname(database), { recursive: true });
  const partial = `${database}.${randomUUID()}.partial`;
  try {
    const before = files.map(checkedProfile);
    const summary = await write(files, kind, partial, { report: sparingly(onProgress), recordedAt });
    for (const [i, file] of files.entries()) if (!isSameFile(before[i], file)) throw changedMeanwhile(file);
    renameSync(partial, database);
    return { ...summary, database };
  } catch (error) {
    throw diskFull(error, database) ?? error;
  } finally {
    rmSync(partial, { force: true });
  }
}

function checkedKind(file: string, wanted: ImportRequest['kind']): ProfileKind {
  const kind = detectProfileKind(file);
  if (wanted === 'auto' || wanted === kind) return kind;
  throw new PerfloopError('PL_PROFILE_KIND', `The profile is of kind ${kind}, not ${wanted}.`, { where: file, fix: 'Set `kind` of [profile] to "auto", or bring a profile of that kind.' });
}

async function write(files: string[], wanted: ImportRequest['kind'], target: string, { report, recordedAt }: { report: OnImportProgress; recordedAt: ImportRequest['recordedAt'] }): Promise<Omit<ImportSummary, 'database'>> {
  const kinds = files.map((file) => checkedKind(file, wanted));
  const kind = kinds.every((one) => one === kinds[0]) ? (kinds[0] ?? 'mixed') : 'mixed';
  const db = new Database(target);
  try {
    // Nobody sees the file before it is whole, so that a journal would serve nothing.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    // What an export brings may refer to what it lacks.
    db.pragma('foreign_keys = OFF');
    db.exec(metaSchemaSql + functionsSchemaSql);
    const imported = isAlone(kinds) ? await importAlone(db, files, kinds, target, report) : await (await import('./host.js')).importHost(db, files, kinds, { report, recordedAt });
    db.exec(functionsIndexSql);
    const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
    meta.run('EXPORT_TOOL', 'perfloop');
    meta.run('PERFLOOP_SCHEMA_VERSION', '1');
    meta.run('PERFLOOP_KIND', kind);
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
    const tables = tablesOf(db);
    const rowsOf = (table: string): number => (tables.has(table) ? count(`SELECT COUNT(*) FROM ${table}`) : 0);
    return {
      kind,
      files: imported,
      processes: count(isAlone(kinds) ? `SELECT COUNT(*) FROM (${processesSql(tables)})` : 'SELECT COUNT(*) FROM PROCESSES'),
      samples: count('SELECT COUNT(*) FROM PERFLOOP_SAMPLES'),
      functions: count("SELECT COUNT(*) FROM PERFLOOP_FRAMES WHERE kind IN ('source', 'native')"),
      kernels: rowsOf('CUPTI_ACTIVITY_KIND_KERNEL'),
      ranges: rowsOf('NVTX_EVENTS'),
    };
  } finally {
    db.close();
    sync(target);
  }
}

/** Exports and traces hold whole machines, and are not put together with others. Readers of other kinds are loaded when there is such a file: that takes longer than to import a small export. */
const isAlone = (kinds: readonly ProfileKind[]): boolean => kinds.some((kind) => kind === 'nsys' || kind === 'torch');

async function importAlone(db: Database.Database, files: string[], kinds: ProfileKind[], target: string, report: OnImportProgress): Promise<number> {
  if (kinds.every((kind) => kind === 'torch')) {
    await (await import('./kineto/kineto.js')).importKineto(db, files, report);
    return files.length;
  }
  if (kinds.every((kind) => kind === 'nsys') && files.length > 1 && files.length <= mostRanks) {
    await importNsysRanks(db, files, `${target}.part`, report);
    return files.length;
  }
  const [file] = files;
  if (file === undefined || files.length > 1) throw new PerfloopError('PL_PROFILE_KIND', 'Exports of Nsight Systems and traces of PyTorch are not imported together with others.', { where: files.join(', '), fix: 'Give one file, or those of the ranks of one job.' });
  await importNsys(db, file, `${target}.source`, report);
  return 1;
}

/** What is thrown where the database does not fit; null for any other error. */
function diskFull(error: unknown, database: string): PerfloopError | null {
  const code = error instanceof PerfloopError ? '' : ((error as NodeJS.ErrnoException).code ?? '');
  if (code !== 'SQLITE_FULL' && !code.startsWith('SQLITE_IOERR') && !['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return null;
  return new PerfloopError('PL_DISK_FULL', `The profile cannot be stored: ${(error as Error).message}.`, { where: dirname(database), fix: 'Free some space on the disk and try again.', cause: error });
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
