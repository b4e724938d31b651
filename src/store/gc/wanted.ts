import type { Db } from '../database.js';
import { Mentions } from './mentions.js';

/** What must stay. */
export interface Wanted {
  mentions: Mentions;
  /** Runs whose config and progress are kept, too. */
  runs: Set<string>;
  /** Runs by whether they go on, ended within the retention, or before. */
  counts: { open: number; kept: number; past: number };
  /** When the first of those that go on began; null when none does. */
  oldestOpen: number | null;
}

/** Text that people wrote, or that is looked at by run below. */
const elsewhere = /^(?:sqlite_|lessons|runs$|trials$|decisions$)/;

/** What the knowledge base refers to: by runs that go on or ended since a time, and by every table that is not of runs. */
export function wantedByStore(db: Db, since: number, goesOn: (run: string) => boolean): Wanted {
  const wanted: Wanted = { mentions: new Mentions(), runs: new Set(), counts: { open: 0, kept: 0, past: 0 }, oldestOpen: null };
  const { mentions, runs, counts } = wanted;
  const trials = db.prepare<[string], { summary: string }>('SELECT summary FROM trials WHERE run = ?');
  for (const { id, ended, began } of db.prepare<[], { id: string; ended: number | null; began: number }>('SELECT id, ended_at AS ended, started_at AS began FROM runs').all()) {
    const open = ended === null && goesOn(id);
    if (!open && (ended ?? began) < since) {
      counts.past += 1;
      continue;
    }
    counts[open ? 'open' : 'kept'] += 1;
    if (open) wanted.oldestOpen = Math.min(wanted.oldestOpen ?? Infinity, began);
    runs.add(id);
    mentions.add(db.prepare<[string], { status: string }>('SELECT status FROM runs WHERE id = ?').get(id)?.status ?? '');
    for (const { summary } of trials.iterate(id)) mentions.add(summary);
  }
  for (const { name } of db.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
    if (elsewhere.test(name)) continue;
    for (const row of db.prepare<[], object>(`SELECT * FROM "${name.replaceAll('"', '""')}"`).iterate()) for (const value of Object.values(row)) if (typeof value === 'string') mentions.add(value);
  }
  return wanted;
}
