import Database from './sqlite.js';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { assertNotNewer, migrate, versionOf } from './migrate.js';
import { schemaVersion } from './schema.js';

export type Db = Database.Database;

/**
 * Opens the knowledge base for its one writing process; readers go on beside it (WAL). Creates it when absent, and brings an
 * older one to the schema of this program, with a copy beside it first: `say` gets what is done. Throws PL_DATABASE_NEWER and PL_DATABASE_BACKUP.
 */
export function openWriter(file: string, say: (line: string) => void = () => undefined): Db {
  mkdirSync(dirname(file), { recursive: true });
  const db = opened(file, { timeout: 10_000 });
  try {
    assertNotNewer(versionOf(db), file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // SQLite's own default, 2 MB: better-sqlite3 is built with 16, which fill as runs are recorded and are read again by nobody.
    db.pragma('cache_size = -2000');
    migrate(db, file, say);
    return db;
  } catch (error) {
    db.close();
    throw readOnly(error, file) ?? error;
  }
}

/**
 * Opens the knowledge base for reading; null when there is none yet. `needs` is the oldest schema that has what is asked
 * for: readers migrate nothing. Throws PL_DATABASE_NEWER and PL_DATABASE_OLDER.
 */
export function openReader(file: string, needs = schemaVersion): Db | null {
  if (!existsSync(file)) return null;
  const db = opened(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    const version = versionOf(db);
    if (version === 0) {
      db.close();
      return null;
    }
    assertNotNewer(version, file);
    if (version < needs) throw new PerfloopError('PL_DATABASE_OLDER', `the knowledge base has schema ${version}, and this reads schema ${needs}`, { where: file, fix: 'Start the hub once, which brings it there: `perfloop up`, or `perfloop worker --hub`.' });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What SQLite says where it may not make the files that readers share beside a database in WAL mode. */
const readOnlyCodes = /^SQLITE_(?:CANTOPEN|READONLY)/;

/** Opens and reads a first page, which is when SQLite sees that a file is none of its own. */
function opened(file: string, options: Database.Options): Db {
  const db = new Database(file, options);
  try {
    db.pragma('user_version', { simple: true });
    return db;
  } catch (error) {
    db.close();
    if (!(error instanceof Database.SqliteError)) throw error;
    const unwritable = readOnly(error, file);
    if (unwritable !== null) throw unwritable;
    if (!['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(error.code)) throw error;
    throw new PerfloopError('PL_DATABASE_CORRUPT', 'the knowledge base is damaged', { where: file, fix: 'Move that file away: perfloop starts a new one; open runs go on, and their results are in the artifacts.', cause: error });
  }
}

function readOnly(error: unknown, file: string): PerfloopError | null {
  if (!(error instanceof Database.SqliteError) || !readOnlyCodes.test(error.code)) return null;
  return new PerfloopError('PL_HOME_READ_ONLY', 'the knowledge base cannot be opened where its folder takes no writes', { where: file, fix: 'Make the home writable, or copy it to a place that is and name that with PERFLOOP_HOME.', cause: error });
}
