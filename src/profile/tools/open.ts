import Database from '../../store/sqlite.js';
import { PerfloopError } from '../../core/errors.js';

export type ProfileDatabase = Database.Database;

/** Opens a profile that importProfile made, read-only. Throws PL_PROFILE_DATABASE when it is not one. The caller closes it. */
export function openProfile(file: string): ProfileDatabase {
  let db: ProfileDatabase | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    const version = db.prepare<[], string>("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_SCHEMA_VERSION'").pluck().get();
    if (version === '1') return db;
    throw new Error(`its schema version is ${version ?? 'missing'}, not 1`);
  } catch (cause) {
    db?.close();
    throw new PerfloopError('PL_PROFILE_DATABASE', `The profile database cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      where: file,
      fix: 'Import the profile again.',
      cause,
    });
  }
}
