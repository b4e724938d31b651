import Database from '../../store/sqlite.js';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Lock {
  release(): void;
}

/** A database that nothing refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database.Database>();

/**
 * Takes a lock that the kernel drops when this process dies, however it dies; null when another process holds it.
 * It is SQLite's lock on an empty database: the same on Linux and macOS, and, unlike an inherited descriptor,
 * never held on by children that outlive their parent.
 */
export function tryLock(file: string): Lock | null {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  held.add(db);
  return {
    release() {
      held.delete(db);
      db.close();
    },
  };
}
