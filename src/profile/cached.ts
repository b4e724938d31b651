import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, type Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import type { Home } from '../store/home.js';
import { makeFolder } from '../store/make-folder.js';
import Database from '../store/sqlite.js';
import { importProfileForCommand } from './import/in-thread.js';
import type { OnImportProgress } from './import/progress.js';
import { changedMeanwhile, checkedProfile, isSameFile, isSqlite, readHead } from './import/read-file.js';
import { profileFiles } from './profile-files.js';
import { pruneCache } from './prune-cache.js';

/** Raised when the same file comes to another database, so that it is imported again. */
const importVersion = 6;

/** Around an import, where there has to be one: who can end it, and is told how far it is. Nothing is left of one that was ended. */
export type ImportWatch = (work: (watching: { signal?: AbortSignal; onProgress?: OnImportProgress }) => Promise<void>) => Promise<void>;

/** What is known of a file, so that it is not read again to know its content. */
interface Seen {
  size: number;
  mtimeMs: number;
  ino: number;
  sha: string;
}

/**
 * The database of a profile: the file itself where it is one, else what it, or the profiles of a folder, were imported to, once for
 * each content. Throws what `importProfile` does.
 */
export async function cachedProfile(home: Home, path: string, watch: ImportWatch = (work) => work({})): Promise<string> {
  const files = await profileFiles(path);
  const before = files.map(checkedProfile);
  const [only] = files;
  if (only !== undefined && files.length === 1 && isOurs(only)) return only;
  const folder = join(home.root, 'profiles');
  assertFolder(folder);
  const sha = await hashOfAll(folder, files, before);
  const name = `${sha}-${importVersion}.sqlite`;
  const database = join(folder, name);
  if (existsSync(database)) {
    const now = new Date();
    utimesSync(database, now, now);
    return database;
  }
  await watch(async (watching) => {
    const staging = mkdtempSync(join(folder, 'import-'));
    try {
      const imported = join(staging, name);
      await importProfileForCommand({ files, kind: 'auto', database: imported }, watching);
      for (const [i, file] of files.entries()) if (!isSameFile(before[i], file)) throw changedMeanwhile(file);
      renameSync(imported, database);
    } catch (error) {
      if (watching.signal?.aborted === true) throw new PerfloopError('PL_INTERRUPTED', 'interrupted; nothing of the import is left', { where: path, cause: error });
      throw error;
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  });
  pruneCache(folder, name);
  return database;
}

function assertFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new PerfloopError('PL_HOME_UNUSABLE', `Imports cannot be kept: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}.`, { where: folder, fix: 'Make it writable, or set PERFLOOP_HOME to a folder that is.', cause });
  }
}

/** Of one file its content's; of several that of their names and contents. */
async function hashOfAll(folder: string, files: readonly string[], stats: readonly Stats[]): Promise<string> {
  const all: string[] = [];
  for (const [i, file] of files.entries()) all.push(await hashOf(folder, file, stats[i] ?? statSync(file)));
  const [first] = all;
  if (first !== undefined && all.length === 1) return first;
  return createHash('sha256').update(JSON.stringify(all.map((sha, i) => [basename(files[i] ?? ''), sha]))).digest('hex').slice(0, 32);
}

async function hashOf(folder: string, file: string, { size, mtimeMs, ino }: Stats): Promise<string> {
  const note = join(folder, `${createHash('sha256').update(await realpath(file)).digest('hex').slice(0, 24)}.json`);
  const seen = readNote(note);
  const wal = `${file}-wal`;
  if (seen !== null && seen.size === size && seen.mtimeMs === mtimeMs && seen.ino === ino && !existsSync(wal)) return seen.sha;
  const hash = createHash('sha256');
  await addTo(hash, file);
  // What is in the log of a database is part of it.
  if (existsSync(wal)) await addTo(hash, wal);
  const sha = hash.digest('hex').slice(0, 32);
  if (!existsSync(wal)) await writeFileAtomic(note, JSON.stringify({ size, mtimeMs, ino, sha } satisfies Seen));
  return sha;
}

async function addTo(hash: Hash, file: string): Promise<void> {
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
}

/** Null where there is none that can be read. */
function readNote(note: string): Seen | null {
  try {
    return JSON.parse(readFileSync(note, 'utf8')) as Seen;
  } catch {
    return null;
  }
}

/** Whether it is a database that importProfile made. */
function isOurs(file: string): boolean {
  const head = readHead(file, 20);
  // Ours has no write-ahead log. SQLite would write beside a database that has one, also where it only reads.
  if (!isSqlite(head) || head[18] !== 1) return false;
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
