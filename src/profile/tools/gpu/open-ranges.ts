import { keptFor } from '../kept.js';
import type { ProfileDatabase } from '../open.js';
import { lastEvent } from './extent.js';

/** A program leaves a few ranges open, those around all it does. With more it forgets to end them, and when they ended is not known. */
const mostOpen = 100;

const countOpen = (db: ProfileDatabase): number => keptFor(db, 'open ranges', () => db.prepare<[], number>('SELECT COUNT(*) FROM NVTX_EVENTS WHERE eventType IN (59, 60) AND "end" IS NULL').pluck().get() ?? 0);

/** When open ranges end, in nanoseconds: at the last event of the profile. Null where there are none, or too many. */
export function endOfOpenRanges(db: ProfileDatabase): bigint | null {
  const count = countOpen(db);
  return count > 0 && count <= mostOpen ? lastEvent(db) : null;
}

/** A note where there are any. */
export function openRangeNotes(db: ProfileDatabase): string[] {
  const count = countOpen(db);
  if (count === 0) return [];
  return [count <= mostOpen ? `Ranges that have no end in the profile: ${count}. They count until its last event.` : `${count} ranges have no end in the profile, and are left out: a program that leaves so many open forgets to end them.`];
}
