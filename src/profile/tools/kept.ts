import type { ProfileDatabase } from './open.js';

const kept = new WeakMap<ProfileDatabase, Map<string, unknown>>();

/**
 * What several tools and rules ask of one opened profile, computed at the first call and kept under that name until the database is
 * let go: a profile that is open does not change. Who gets it must not change it either.
 */
export function keptFor<T>(db: ProfileDatabase, name: string, compute: () => T): T {
  let own = kept.get(db);
  if (own === undefined) kept.set(db, (own = new Map()));
  if (!own.has(name)) own.set(name, compute());
  return own.get(name) as T;
}
