import Database from './sqlite.js';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { migrations, schemaSql, schemaVersion } from './schema.js';

export type Db = Database.Database;

/** Opens the knowledge base for its one writing process; readers go on beside it (WAL). Creates it when absent. */
export function openWriter(file: string): Db {
  mkdirSync(dirname(file), { recursive: true });
  const db = opened(file, { timeout: 10_000 });
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > schemaVersion) {
    db.close();
    throw new PerfloopError('PL_DATABASE_NEWER', `the knowledge base was written by a newer perfloop (schema ${version}, this one knows ${schemaVersion})`, {
      where: file,
      fix: 'Update perfloop, or name another home with PERFLOOP_HOME.',
    });
  }
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.transaction(() => {
    if (version > 0) for (const migration of migrations.slice(version - 1)) db.exec(migration);
    db.exec(schemaSql);
    db.pragma(`user_version = ${schemaVersion}`);
  })();
  return db;
}

/** Opens the knowledge base for reading; null when there is none yet. */
export function openReader(file: string): Db | null {
  if (!existsSync(file)) return null;
  const db = opened(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  if (Number(db.pragma('user_version', { simple: true })) === 0) {
    db.close();
    return null;
  }
  return db;
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
    if (readOnlyCodes.test(error.code)) throw new PerfloopError('PL_HOME_READ_ONLY', 'the knowledge base cannot be opened where its folder takes no writes', { where: file, fix: 'Make the home writable, or copy it to a place that is and name that with PERFLOOP_HOME.', cause: error });
    if (!['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(error.code)) throw error;
    throw new PerfloopError('PL_DATABASE_CORRUPT', 'the knowledge base is damaged', { where: file, fix: 'Move that file away: perfloop starts a new one; open runs go on, and their results are in the artifacts.', cause: error });
  }
}
