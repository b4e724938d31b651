import type { Asked } from '../asked.js';

/** Profilers that tell when each sample was taken, by one clock for all threads; the others only count. */
const withTimes = new Set(['v8', 'perf', 'nsys', 'torch']);

const threadsSql = `
SELECT kind, startNs AS start, endNs AS "end", SUM(ns) / 1e6 AS ms FROM PERFLOOP_CHARGES JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile
WHERE frame = ? AND category <> 'idle' GROUP BY profile ORDER BY ms DESC`;

const samplesSql = `
SELECT start, start + durationNs AS "end" FROM PERFLOOP_SAMPLES
JOIN COMPOSITE_EVENTS ON COMPOSITE_EVENTS.id = event JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
WHERE charged = ? AND category <> 'idle' ORDER BY start`;

/** Wall time, in milliseconds. */
export interface WallTime {
  ms: number;
  /** Whether the profile tells which threads and processes ran at once. Else the longest counts, and those that ran one after another save more. */
  isTimed: boolean;
}

/**
 * The most wall time that a function's own time can have taken: for as long as any thread was in it. Where the profiler does not tell
 * when that was, the time of the thread or process that was in it longest, added up over those that ran one after another. At most the
 * profile's wall time.
 */
export function wallOf({ db, host }: Asked, frame: number): WallTime {
  const threads = db.prepare<[number], PartTime & { kind: string }>(threadsSql).all(frame);
  if (!threads.every(({ kind }) => withTimes.has(kind))) return oneAfterAnother(threads);
  const longest = threads[0]?.ms ?? 0;
  // Samples of one thread do not overlap, apart from jitter.
  const any = threads.length === 1 ? longest : Math.max(longest, unionNs(db.prepare<[number], Interval>(samplesSql).all(frame)) / 1e6);
  return { ms: Math.min(any, host.wallMs ?? Infinity), isTimed: true };
}

/** What a thread or process spent, in milliseconds, at some time from its start to its end (nanoseconds; null where nobody noted them). */
export interface PartTime {
  ms: number;
  start: number | null;
  end: number | null;
}

/** The longest of those that ran at once, added up over groups that ran one after another. */
export function oneAfterAnother(parts: readonly PartTime[]): WallTime {
  const timed = parts.flatMap(({ ms, start, end }) => (start === null || end === null ? [] : [{ ms, start, end }])).sort((a, b) => a.start - b.start);
  if (timed.length < parts.length) return { ms: Math.max(0, ...parts.map(({ ms }) => ms)), isTimed: parts.length <= 1 };
  let sum = 0;
  let longest = 0;
  let until = -Infinity;
  for (const { ms, start, end } of timed) {
    if (start >= until) [sum, longest] = [sum + longest, 0];
    longest = Math.max(longest, ms);
    until = Math.max(until, end);
  }
  return { ms: sum + longest, isTimed: true };
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
