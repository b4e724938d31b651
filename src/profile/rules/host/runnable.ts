import { eachRow } from '../../tools/each-row.js';
import { outermostCall } from '../../tools/os-calls.js';
import { processNumber } from '../../tools/process-number.js';
import type { Asked } from '../asked.js';

/** What tells when a thread could run: the scheduler itself, or that it was in no call of the operating system. */
export type RunnableBy = 'scheduler' | 'calls';

/** For how long a process had more threads that could run than the machine has processors. */
export interface Crowd {
  process: number;
  processors: number;
  by: RunnableBy;
  /** From the first to the last that is known of its threads. */
  seenMs: number;
  crowdedMs: number;
  /** Threads that could run, in the mean over the crowded time. */
  runnable: number;
  /** What a thread that always has work waits for a processor, when all that can run get the same. */
  waitMs: number;
}

/** The number of the thread is in the lowest 24 bits; 0 is of no thread: the idle processor, or what nsys notes of a whole process. */
const isThread = 'globalTid & 0xFFFFFF <> 0';
/** ENUM_SAMPLING_THREAD_STATE: it was taken off the processor while it could run. */
const stillRunning = 1;

/** Rows with the spell that each begins, in which its thread ran or could have: until the next row of the thread. The last of each has no end. */
const spellsOf: Record<RunnableBy, { table: string; sql: string }> = {
  scheduler: {
    table: 'SCHED_EVENTS',
    sql: `SELECT * FROM (
      SELECT rowid AS row, globalTid, start AS began, LEAD(start) OVER (PARTITION BY globalTid ORDER BY start, isSchedIn) AS ended, NOT isSchedIn AS waits, isSchedIn OR threadState = ${stillRunning} AS canRun
      FROM SCHED_EVENTS WHERE ${isThread}) WHERE canRun AND ended > began`,
  },
  calls: {
    table: 'OSRT_API',
    sql: `SELECT * FROM (
      SELECT rowid AS row, globalTid, "end" AS began, LEAD(start) OVER (PARTITION BY globalTid ORDER BY start) AS ended, 1 AS waits
      FROM OSRT_API WHERE ${isThread} AND ${outermostCall}) WHERE ended > began`,
  },
};

/** The table that spells are read from. */
export const spellTable = (by: RunnableBy): string => spellsOf[by].table;

/** Of the machine, as nsys noted it; null where it did not. */
export function processorsOf({ db, tables }: Asked): number | null {
  if (!tables.has('META_DATA_CAPTURE')) return null;
  const count = Number(db.prepare<[], string | null>("SELECT value FROM META_DATA_CAPTURE WHERE name = 'SYSTEM:CpuCores'").pluck().get() ?? 0);
  return Number.isInteger(count) && count > 0 ? count : null;
}

/** Scheduling goes first, where it says why a thread was taken off; null: neither was captured. */
export function runnableBy({ db, tables }: Asked): RunnableBy | null {
  if (tables.has('SCHED_EVENTS') && db.prepare('SELECT 1 FROM SCHED_EVENTS WHERE NOT isSchedIn AND threadState > 0 LIMIT 1').get() !== undefined) return 'scheduler';
  return tables.has('OSRT_API') ? 'calls' : null;
}

/** Each process that had more threads than processors at any time, by counting the threads up and down in the order of time. */
export function crowds(asked: Asked, by: RunnableBy, processors: number): Crowd[] {
  const found: Crowd[] = [];
  let now: Sweep | null = null;
  const sql = `
    SELECT process, at - :origin AS at, step FROM (
      SELECT ${processNumber('globalTid')} AS process, began AS at, 1 AS step FROM (${spellsOf[by].sql})
      UNION ALL SELECT ${processNumber('globalTid')}, ended, -1 FROM (${spellsOf[by].sql}))
    ORDER BY process, at, step`;
  eachRow<[process: number, at: number, step: number]>(asked.db, sql, { origin: asked.origin }, (process, at, step) => {
    if (now?.process !== process) {
      if (now !== null) found.push(finished(now, by, processors));
      now = { process, first: at, last: at, count: 0, crowdedNs: 0, runnableNs: 0, waitNs: 0 };
    }
    if (now.count > processors) {
      const ns = at - now.last;
      now.crowdedNs += ns;
      now.runnableNs += ns * now.count;
      now.waitNs += ns * (1 - processors / now.count);
    }
    now.count += step;
    now.last = at;
  });
  if (now !== null) found.push(finished(now, by, processors));
  return found.filter(({ crowdedMs }) => crowdedMs > 0);
}

interface Sweep {
  process: number;
  first: number;
  last: number;
  count: number;
  crowdedNs: number;
  runnableNs: number;
  waitNs: number;
}

function finished({ process, first, last, crowdedNs, runnableNs, waitNs }: Sweep, by: RunnableBy, processors: number): Crowd {
  return { process, processors, by, seenMs: (last - first) / 1e6, crowdedMs: crowdedNs / 1e6, runnable: crowdedNs === 0 ? 0 : runnableNs / crowdedNs, waitMs: waitNs / 1e6 };
}

/** Rows of the longest spells of a process in which a thread could run, of waiting for a processor where that is known. Nanoseconds from the profile's first event. */
export function longestSpells({ db, origin }: Asked, { process, by }: Crowd): { row: number; startNs: number; endNs: number }[] {
  return db.prepare<[object], { row: number; startNs: number; endNs: number }>(`SELECT row, began - :origin AS startNs, ended - :origin AS endNs FROM (${spellsOf[by].sql}) WHERE ${processNumber('globalTid')} = :process AND waits ORDER BY ended - began DESC, row LIMIT 20`).all({ origin, process });
}
