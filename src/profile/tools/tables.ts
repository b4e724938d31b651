import type { ProfileDatabase } from './open.js';

/** What the profile has, tables and views: what was not captured has no table. */
export function tablesOf(db: ProfileDatabase): ReadonlySet<string> {
  return new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").pluck().all());
}

export function hasTable(db: ProfileDatabase, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')").get(name) !== undefined;
}
