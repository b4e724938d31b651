import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import Database from '../../store/sqlite.js';
import { PerfloopError } from '../../core/errors.js';
import { readCpuProfile } from './cpuprofile.js';
import { detectProfileKind, isGzip, type ProfileKind } from './detect.js';
import { importKineto } from './kineto/kineto.js';
import { readPstats } from './pstats.js';
import { importNsys, profiledProcesses } from './nsys/import.js';
import { callchainsViewSql, functionsIndexSql, functionsSchemaSql, hostTablesSql, metaSchemaSql, relativeTimesSql } from './schema.js';
import { ProfileWriter } from './writer.js';

export interface ImportRequest {
  /** One a thread or process; kinds may be mixed. They are only read. */
  files: string[];
  /** `auto` tells each file's kind by its content; a kind named here must be the kind of every file. */
  kind: 'auto' | ProfileKind;
  /** Where the SQLite file goes; replaced when it exists. */
  database: string;
}

export interface ImportSummary {
  database: string;
  kind: ProfileKind | 'mixed';
  files: number;
  processes: number;
  /** Samples of the sampling profiler; 0 for cProfile. */
  samples: number;
  functions: number;
}

/**
 * Makes one SQLite file out of profiles: built under another name, then renamed. Files without samples are passed over as
 * long as another has some. Throws PL_PROFILE_MISSING, _EMPTY, _MALFORMED, _UNKNOWN, _KIND, _NSYS, _CHANGED or _TOO_LARGE.
 */
export async function importProfile({ files, kind, database }: ImportRequest): Promise<ImportSummary> {
  if (files.length === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'There is no profile to import.', { fix: 'Name at least one file.' });
  mkdirSync(dirname(database), { recursive: true });
  const partial = `${database}.${randomUUID()}.partial`;
  try {
    const summary = await write(files, kind, partial);
    renameSync(partial, database);
    return { ...summary, database };
  } finally {
    rmSync(partial, { force: true });
  }
}

function checkedKind(file: string, wanted: ImportRequest['kind']): ProfileKind {
  const kind = detectProfileKind(file);
  if (wanted === 'auto' || wanted === kind) return kind;
  throw new PerfloopError('PL_PROFILE_KIND', `The profile is of kind ${kind}, not ${wanted}.`, { where: file, fix: 'Set `kind` of [profile] to "auto", or bring a profile of that kind.' });
}

async function write(files: string[], wanted: ImportRequest['kind'], target: string): Promise<Omit<ImportSummary, 'database'>> {
  const kinds = files.map((file) => checkedKind(file, wanted));
  const kind = kinds.every((one) => one === kinds[0]) ? (kinds[0] ?? 'mixed') : 'mixed';
  const db = new Database(target);
  try {
    // Nobody sees the file before it is whole, so that a journal would serve nothing.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.exec(metaSchemaSql + functionsSchemaSql);
    if (isAlone(kinds)) await importAlone(db, files, kinds, target);
    else db.transaction(() => importHost(db, files, kinds))();
    const meta = db.prepare('INSERT INTO META_DATA_EXPORT (name, value) VALUES (?, ?)');
    meta.run('EXPORT_TOOL', 'perfloop');
    meta.run('PERFLOOP_SCHEMA_VERSION', '1');
    meta.run('PERFLOOP_KIND', kind);
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
    return {
      kind,
      files: isAlone(kinds) ? 1 : count('SELECT COUNT(*) FROM PERFLOOP_PROFILES'),
      processes: count(isAlone(kinds) ? profiledProcesses(db) : 'SELECT COUNT(*) FROM PROCESSES'),
      samples: count('SELECT COUNT(*) FROM PERFLOOP_SAMPLES'),
      functions: count("SELECT COUNT(*) FROM PERFLOOP_FRAMES WHERE kind = 'source'"),
    };
  } finally {
    db.close();
    sync(target);
  }
}

/** Exports and traces hold whole machines, and are not put together with others. */
const isAlone = (kinds: readonly ProfileKind[]): boolean => kinds.some((kind) => kind === 'nsys' || kind === 'torch');

async function importAlone(db: Database.Database, files: string[], kinds: ProfileKind[], target: string): Promise<void> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new PerfloopError('PL_PROFILE_KIND', 'An export of Nsight Systems or a trace of PyTorch is imported alone.', { where: files.join(', '), fix: 'Give one file.' });
  if (kinds[0] === 'nsys') importNsys(db, file, `${target}.source`);
  else await importKineto(db, file, isGzip(file));
}

/** Profiles of host code, of any number of threads and processes. */
function importHost(db: Database.Database, files: string[], kinds: ProfileKind[]): void {
  db.exec(hostTablesSql + callchainsViewSql);
  const writer = new ProfileWriter(db);
  const empty: PerfloopError[] = [];
  // One after the other: parsed, a profile takes many times its size in memory.
  for (const [index, file] of files.entries()) {
    try {
      if (kinds[index] === 'v8') writer.sampled(readCpuProfile(file, index + 1));
      else writer.counted(readPstats(file, index + 1));
    } catch (error) {
      if (!(error instanceof PerfloopError) || error.code !== 'PL_PROFILE_EMPTY') throw error;
      empty.push(error);
    }
  }
  if (empty.length === files.length && empty[0]) throw empty[0];
  db.exec(relativeTimesSql + functionsIndexSql);
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
