import type { Asked } from '../asked.js';

/** Profilers that tell when each sample was taken, by one clock for all threads; the others only count. */
const withTimes = new Set(['v8', 'perf', 'nsys', 'torch']);

const threadsSql = `
SELECT kind, SUM(ns) / 1e6 AS ms FROM PERFLOOP_CHARGES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile
WHERE frame = ? AND category <> 'idle' GROUP BY profile ORDER BY ms DESC`;

const samplesSql = `
SELECT start, start + durationNs AS "end" FROM PERFLOOP_SAMPLES
JOIN COMPOSITE_EVENTS ON COMPOSITE_EVENTS.id = event JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
WHERE charged = ? AND category <> 'idle' ORDER BY start`;

/**
 * The most wall time that a function's own time can have taken, in milliseconds: for as long as any thread was in it. Where the
 * profiler does not tell when that was, the time of the thread or process that was in it longest. At most the profile's wall time.
 */
export function wallMsOf({ db, host }: Asked, frame: number): number {
  const threads = db.prepare<[number], { kind: string; ms: number }>(threadsSql).all(frame);
  const longest = threads[0]?.ms ?? 0;
  if (!threads.every(({ kind }) => withTimes.has(kind))) return longest;
  // Samples of one thread do not overlap, apart from jitter.
  const any = threads.length === 1 ? longest : Math.max(longest, unionNs(db.prepare<[number], Interval>(samplesSql).all(frame)) / 1e6);
  return Math.min(any, host.wallMs ?? Infinity);
}

/** Nanoseconds. */
export interface Interval {
  start: number;
  end: number;
}

/** How long at least one of the intervals lasts; they are in the order of their starts. */
export function unionNs(intervals: readonly Interval[]): number {
  let sum = 0;
  let until = -Infinity;
  for (const { start, end } of intervals) {
    sum += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return sum;
}
