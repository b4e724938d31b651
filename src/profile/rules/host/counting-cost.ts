import type { Asked } from '../asked.js';
import { shortCallUs } from './cause.js';

/** Calls of a function, and of Python's comprehensions in it, which count as its own time. */
const sql = `
SELECT COALESCE(SUM(calls), 0) FROM PERFLOOP_CALLS WHERE caller = :frame
  OR caller IN (SELECT via FROM PERFLOOP_CHARGES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = via WHERE frame = :frame AND kind = 'inlined')`;

/** What cProfile costs in a function, by the busy time, 0 to 1: it counts each call that the function makes, in the function's own time. 0 where calls were not counted. */
export function countingShare({ db, host }: Asked, frame: number): number {
  const made = db.prepare<[object], number>(sql).pluck().get({ frame }) ?? 0;
  return host.busyMs === 0 ? 0 : (made * shortCallUs) / 1000 / host.busyMs;
}
