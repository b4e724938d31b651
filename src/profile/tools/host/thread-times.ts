import type { ProfileDatabase } from '../open.js';
import { outermostCall } from '../os-calls.js';
import { hasRows } from './support.js';

/** Of one thread, nanoseconds; null where nothing says it. */
export interface ThreadTimes {
  process: number;
  thread: number;
  processName: string | null;
  name: string | null;
  runningNs: number | null;
  waitingNs: number | null;
  cudaNs: number | null;
  systemNs: number | null;
  samples: number | null;
}

const nothing = { runningNs: 'NULL', waitingNs: 'NULL', cudaNs: 'NULL', systemNs: 'NULL', samples: 'NULL' };
const part = (globalTid: string, values: Partial<typeof nothing>, from: string): string => `SELECT ${globalTid} AS globalTid, ${Object.entries({ ...nothing, ...values }).map(([name, value]) => `${value} AS ${name}`).join(', ')} ${from}`;

/** A thread runs from being put on a processor until it is taken off. The last of its spells, which has no end, is not counted. */
const spells = '(SELECT globalTid, isSchedIn, LEAD(start) OVER (PARTITION BY globalTid ORDER BY start, isSchedIn) - start AS ns FROM SCHED_EVENTS)';

/** What each table knows of a thread. An inner call of the operating system is part of the outer one. */
const parts: Record<string, string> = {
  SCHED_EVENTS: part('globalTid', { runningNs: 'SUM(CASE WHEN isSchedIn THEN ns END)', waitingNs: 'SUM(CASE WHEN NOT isSchedIn THEN ns END)' }, `FROM ${spells} GROUP BY globalTid`),
  PERFLOOP_CHARGES: part('globalTid', { runningNs: "SUM(CASE WHEN category <> 'idle' THEN ns ELSE 0 END)", waitingNs: "SUM(CASE WHEN category = 'idle' THEN ns ELSE 0 END)" }, 'FROM PERFLOOP_CHARGES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile GROUP BY globalTid'),
  PERFLOOP_SAMPLES: part('globalTid', { samples: 'COUNT(*)' }, 'FROM PERFLOOP_SAMPLES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile GROUP BY globalTid'),
  CUPTI_ACTIVITY_KIND_RUNTIME: part('globalTid', { cudaNs: 'SUM("end" - start)' }, 'FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid IS NOT NULL GROUP BY globalTid'),
  OSRT_API: part('globalTid', { systemNs: 'SUM("end" - start)' }, `FROM OSRT_API WHERE ${outermostCall} GROUP BY globalTid`),
};

/** Tables that say for how long a thread did something. */
export const threadTables = Object.keys(parts);

/** Every thread of which something is known. Scheduling goes before samples: it misses nothing. */
export function threadTimes(db: ProfileDatabase): ThreadTimes[] {
  const there = threadTables.filter((table) => hasRows(db, table) && !(table === 'PERFLOOP_CHARGES' && hasRows(db, 'SCHED_EVENTS')));
  if (there.length === 0) return [];
  const name = hasRows(db, 'ThreadNames') ? '(SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE ThreadNames.globalTid = known.globalTid ORDER BY priority DESC LIMIT 1)' : 'NULL';
  const processName = hasRows(db, 'PROCESSES') ? '(SELECT name FROM PROCESSES WHERE globalPid = known.globalTid & ~0xFFFFFF LIMIT 1)' : 'NULL';
  return db.prepare<[], ThreadTimes>(`
SELECT globalTid / 0x1000000 % 0x1000000 AS process, globalTid & 0xFFFFFF AS thread, ${processName} AS processName, ${name} AS name,
  SUM(runningNs) AS runningNs, SUM(waitingNs) AS waitingNs, SUM(cudaNs) AS cudaNs, SUM(systemNs) AS systemNs, SUM(samples) AS samples
FROM (${there.map((table) => parts[table]).join(' UNION ALL ')}) AS known
GROUP BY globalTid ORDER BY COALESCE(SUM(runningNs), 0) DESC, COALESCE(SUM(cudaNs), 0) + COALESCE(SUM(systemNs), 0) DESC, process, thread`).all();
}
