import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { Db } from './database.js';
import { migrations, schemaSql, schemaVersion } from './schema.js';

/** Copies from before a migration that are kept. */
const keptBackups = 3;

export const versionOf = (db: Db): number => Number(db.pragma('user_version', { simple: true }));

/**
 * Brings the knowledge base to the schema of this program, in one transaction: a kill in the middle leaves the old one.
 * One that holds something is copied beside it first. `say` gets each step. Throws PL_DATABASE_BACKUP where no copy can be
 * made: then nothing is changed.
 */
export function migrate(db: Db, file: string, say: (line: string) => void): void {
  const from = versionOf(db);
  if (from > 0 && from < schemaVersion) say(`the knowledge base goes from schema ${from} to ${schemaVersion}; as it was, it is kept in ${backUp(db, file, from)}`);
  // Immediate: a second writer waits here, and then finds it done.
  db.transaction(() => {
    const now = versionOf(db);
    for (const [index, migration] of now === 0 ? [] : [...migrations.entries()].slice(now - 1)) {
      db.exec(migration);
      say(`schema ${index + 2} is made`);
    }
    db.exec(schemaSql);
    if (now !== schemaVersion) db.pragma(`user_version = ${schemaVersion}`);
  }).immediate();
  if (from > 0 && from < schemaVersion) say(`the knowledge base has schema ${schemaVersion}`);
}

/** A whole copy, on the disk before its name says so. Gives its path. */
function backUp(db: Db, file: string, version: number): string {
  const kept = `${file}.v${version}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.bak`;
  const partial = `${kept}.part`;
  try {
    // Of one that was killed.
    removeOthers(file, '.part', 0);
    assertRoom(db, file);
    db.prepare('VACUUM INTO ?').run(partial);
    sync(partial);
    renameSync(partial, kept);
    sync(dirname(kept));
  } catch (error) {
    rmSync(partial, { force: true });
    throw backupError(error, file, version);
  }
  removeOthers(file, '.bak', keptBackups);
  return kept;
}

/** What a copy needs at most, besides what the migration itself writes to the log of the database. */
function assertRoom(db: Db, file: string): void {
  const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < 2 * bytes) throw Object.assign(new Error(`it needs ${2 * bytes} bytes, and ${bavail * bsize} are free`), { code: 'ENOSPC' });
}

function backupError(error: unknown, file: string, version: number): PerfloopError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const full = code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT';
  const why = error instanceof Error ? error.message : String(error);
  return new PerfloopError('PL_DATABASE_BACKUP', `the knowledge base (schema ${version}) must be copied before it goes to schema ${schemaVersion}, and cannot be: ${why}`, {
    where: dirname(file),
    fix: `${full ? 'Free some space on that disk' : 'Make that folder writable'}, and start again: nothing has been changed.`,
    cause: error,
  });
}

/** The newest of them stay. */
function removeOthers(file: string, ending: '.bak' | '.part', stay: number): void {
  const folder = dirname(file);
  const ours = readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.v`) && name.endsWith(ending)).map((name) => join(folder, name));
  const newestFirst = ours.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1));
  for (const { path } of newestFirst.slice(stay)) rmSync(path, { force: true });
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A database of a later program is neither read nor written: its tables may mean something else. */
export function assertNotNewer(version: number, file: string): void {
  if (version <= schemaVersion) return;
  throw new PerfloopError('PL_DATABASE_NEWER', `the knowledge base was written by a newer perfloop: it has schema ${version}, and this one knows ${schemaVersion}`, {
    where: file,
    fix: `Update perfloop. To stay with this one: name another home with PERFLOOP_HOME, or put a copy from before (${basename(file)}.v${schemaVersion}-….bak) in its place, which forgets what came later.`,
  });
}

