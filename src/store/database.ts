import Database from 'better-sqlite3';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { schemaSql, schemaVersion } from './schema.js';

export type Db = Database.Database;

/** Opens the knowledge base for its one writing process; readers go on beside it (WAL). Creates it when absent. */
export function openWriter(file: string): Db {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > schemaVersion) {
    db.close();
    throw new PerfloopError('PL_DATABASE_NEWER', `the knowledge base was written by a newer perfloop (schema ${version}, this one knows ${schemaVersion})`, {
      where: file,
      fix: 'Update perfloop, or name another home with PERFLOOP_HOME.',
    });
  }
  db.exec(schemaSql);
  db.pragma(`user_version = ${schemaVersion}`);
  return db;
}

/** Opens the knowledge base for reading; null when there is none yet. */
export function openReader(file: string): Db | null {
  if (!existsSync(file)) return null;
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  if (Number(db.pragma('user_version', { simple: true })) === 0) {
    db.close();
    return null;
  }
  return db;
}
