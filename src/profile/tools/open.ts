import Database from '../../store/sqlite.js';
import { PerfloopError } from '../../core/errors.js';
import { registerMedian } from './median.js';

export type ProfileDatabase = Database.Database;

/** Opens a profile that importProfile made, read-only, with the aggregate `median` for its SQL. Throws PL_PROFILE_DATABASE when it is not one. The caller closes it. */
export function openProfile(file: string): ProfileDatabase {
  let db: ProfileDatabase | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    const version = db.prepare<[], string>("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SCHEMA_VERSION'").pluck().get();
    if (version !== '1') throw new Error(`its schema version is ${version ?? 'missing'}, not 1`);
    registerMedian(db);
    return db;
  } catch (cause) {
    db?.close();
    throw new PerfloopError('PL_PROFILE_DATABASE', `The profile database cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      where: file,
      fix: 'Import the profile again.',
      cause,
    });
  }
}
