import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { Home } from '../store/home.js';
import { makeFolder } from '../store/make-folder.js';
import Database from '../store/sqlite.js';
import { importProfileInThread } from './import/in-thread.js';

/** Raised when the same file comes to another database. */
const importVersion = 1;

/** What is known of a file, so that it is not read again to know its content. */
interface Seen {
  size: number;
  mtimeMs: number;
  ino: number;
  sha: string;
}

/**
 * The database of a profile: the file itself where it is one, else what it was imported to, once for each content. Throws what
 * `importProfile` does.
 */
export async function cachedProfile(home: Home, file: string, { signal, onImport }: { signal?: AbortSignal; onImport?: () => void } = {}): Promise<string> {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new PerfloopError('PL_PROFILE_MISSING', stats ? 'The profile is not a file.' : 'The profile does not exist.', { where: file, fix: 'Give the path of a profile.' });
  if (isOurs(file)) return file;
  const folder = join(home.root, 'profiles');
  makeFolder(folder);
  const sha = await hashOf(folder, file, stats);
  const database = join(folder, `${sha}-${importVersion}.sqlite`);
  if (existsSync(database)) {
    const now = new Date();
    utimesSync(database, now, now);
    return database;
  }
  onImport?.();
  await importProfileInThread({ files: [file], kind: 'auto', database }, signal === undefined ? {} : { signal });
  return database;
}

async function hashOf(folder: string, file: string, { size, mtimeMs, ino }: { size: number; mtimeMs: number; ino: number }): Promise<string> {
  const note = join(folder, `${createHash('sha256').update(await realpath(file)).digest('hex').slice(0, 24)}.json`);
  const seen = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as Seen) : null;
  if (seen !== null && seen.size === size && seen.mtimeMs === mtimeMs && seen.ino === ino) return seen.sha;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  // What is in the log of a database is part of it.
  if (existsSync(`${file}-wal`)) for await (const chunk of createReadStream(`${file}-wal`)) hash.update(chunk as Buffer);
  const sha = hash.digest('hex').slice(0, 32);
  if (!existsSync(`${file}-wal`)) await writeFileAtomic(note, JSON.stringify({ size, mtimeMs, ino, sha } satisfies Seen));
  return sha;
}

/** Whether it is a database that importProfile made. */
function isOurs(file: string): boolean {
  if (!file.endsWith('.sqlite') && !file.endsWith('.db')) return false;
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return db.prepare("SELECT 1 FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SCHEMA_VERSION'").get() !== undefined;
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}
