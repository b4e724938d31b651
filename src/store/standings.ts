import { openReader } from './database.js';
import { waitingTable } from './waiting.js';

/** What stands in the knowledge base now, as gauges want it. */
export interface Standings {
  /** Runs that have not ended, by their state. */
  openRuns(): Map<string, number>;
  /** Since when each trial, branch or question of open runs waits for a person, ms. */
  waitingSince(): number[];
  /** What models and agents cost, of all runs. */
  spentDollars(): number;
  close(): void;
}

/** Null while there is no knowledge base. */
export function openStandings(file: string): Standings | null {
  const db = openReader(file);
  if (db === null) return null;
  const open = db.prepare<[], { state: string; runs: number }>('SELECT state, count(*) AS runs FROM runs WHERE ended_at IS NULL GROUP BY state');
  const waiting = db.prepare<[], { since: number }>(`SELECT since FROM ${waitingTable}`);
  // From its index alone, so that it is fast over many runs.
  const spent = db.prepare<[], { dollars: number }>('SELECT coalesce(sum(dollars), 0.0) AS dollars FROM runs INDEXED BY runs_by_dollars');
  return {
    openRuns: () => new Map(open.all().map(({ state, runs }) => [state, runs])),
    waitingSince: () => waiting.all().map(({ since }) => since),
    spentDollars: () => spent.get()?.dollars ?? 0,
    close: () => db.close(),
  };
}
