import { entry } from '../../entry.js';
import type { ProfileDatabase } from '../../open.js';
import { outermostCall } from '../../os-calls.js';
import { hasTable } from '../../tables.js';
import { append, type Span } from './spans.js';

export interface BlockingCalls {
  name: string;
  process: number;
  thread: number;
  spans: Span[];
}

/** Shorter waits, in nanoseconds, are no waiting for data that would be worth a change. */
const leastNs = 1_000_000;

/** Waiting and reading, of threads that drive devices; not what a call of CUDA does inside, and not what another such call holds. */
const sql = `
WITH
waiting AS (SELECT id, value FROM StringIds WHERE value IN ('poll', 'ppoll', 'select', 'pselect', 'epoll_wait', 'epoll_pwait', 'sem_wait', 'sem_timedwait', 'sem_clockwait', 'pthread_cond_wait', 'pthread_cond_timedwait', 'pthread_cond_clockwait', 'pthread_mutex_lock', 'futex', 'read', 'readv', 'pread64', 'recv', 'recvfrom', 'recvmsg')),
driving AS (SELECT DISTINCT globalTid FROM CUPTI_ACTIVITY_KIND_RUNTIME)
SELECT value AS name, o.start - :origin AS start, o."end" - :origin AS "end", o.globalTid / 0x1000000 % 0x1000000 AS process, o.globalTid & 0xFFFFFF AS thread
FROM OSRT_API AS o JOIN waiting ON waiting.id = o.nameId
WHERE o."end" - o.start >= :leastNs AND o.globalTid IN (SELECT globalTid FROM driving) AND ${outermostCall}
  AND COALESCE((SELECT r."end" FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r WHERE r.globalTid = o.globalTid AND r.start <= o.start ORDER BY r.start DESC LIMIT 1), 0) < o."end"
ORDER BY o.start`;

/** By name and thread. None where calls of the operating system, or of CUDA, were not captured. */
export function blockingCalls(db: ProfileDatabase, origin: bigint): BlockingCalls[] {
  if (!hasTable(db, 'OSRT_API') || !hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME')) return [];
  const groups = new Map<string, BlockingCalls>();
  for (const { name, start, end, process, thread } of db.prepare<[object], Span & { name: string; process: number; thread: number }>(sql).iterate({ origin, leastNs })) {
    const { spans } = entry(groups, `${process} ${thread} ${name}`, () => ({ name, process, thread, spans: [] }));
    append(spans, start, end);
  }
  return [...groups.values()];
}
