import type { ProfileDatabase } from '../tools/open.js';
import { hasRows } from '../tools/host/support.js';
import { processNumber } from '../tools/process-number.js';

export interface Sample {
  /** Nanoseconds from the profile's first event. */
  start: number;
  durationNs: number;
  stack: number;
  /** 1 while the thread waited. */
  idle: number;
}

export interface SampledThread {
  /** See processNumber. */
  process: number;
  thread: number;
  name: string | null;
  samples: Iterable<Sample>;
}

const threadsSql = `
SELECT PERFLOOP_PROFILES.id, ${processNumber('globalTid')} AS process, globalTid & 0xFFFFFF AS thread,
  (SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE ThreadNames.globalTid = PERFLOOP_PROFILES.globalTid LIMIT 1) AS name
FROM PERFLOOP_PROFILES WHERE id IN (SELECT profile FROM PERFLOOP_SAMPLES) ORDER BY id`;

const samplesSql = `
SELECT COMPOSITE_EVENTS.start - CAST(:first AS INTEGER) AS start, durationNs, stack, PERFLOOP_STACKS.category = 'idle' AS idle
FROM PERFLOOP_SAMPLES JOIN COMPOSITE_EVENTS ON COMPOSITE_EVENTS.id = event JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
WHERE PERFLOOP_SAMPLES.profile = :profile ORDER BY COMPOSITE_EVENTS.start, event`;

/** Each thread that was sampled, with its samples in the order of time. */
export function threadSamples(db: ProfileDatabase, first: bigint): SampledThread[] {
  if (!hasRows(db, 'PERFLOOP_SAMPLES')) return [];
  const sql = hasRows(db, 'ThreadNames') ? threadsSql : threadsSql.replace(/\(SELECT value[^]*?LIMIT 1\)/, 'NULL');
  const threads = db.prepare<[], { id: number; process: number; thread: number; name: string | null }>(sql).all();
  return threads.map(({ id, ...thread }) => ({ ...thread, samples: { [Symbol.iterator]: () => db.prepare<[object], Sample>(samplesSql).iterate({ first, profile: id })[Symbol.iterator]() } }));
}
