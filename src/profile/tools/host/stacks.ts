import type { ProfileDatabase } from '../open.js';

/** A stack that was on top at some time. */
export interface TimedStack {
  /** Ids of frames, the outermost first. */
  frames: number[];
  ns: number;
  samples: number;
}

/** Sorting by stack keeps the frames of one together. Depth 0 is the innermost frame. */
const sql = `
WITH taken AS (
  SELECT stack, SUM(durationNs) AS ns, COUNT(*) AS samples FROM PERFLOOP_SAMPLES WHERE :profile IS NULL OR profile = :profile GROUP BY stack)
SELECT taken.stack, taken.ns, taken.samples, PERFLOOP_STACK_FRAMES.frame
FROM taken
JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = taken.stack AND (:idle OR PERFLOOP_STACKS.category <> 'idle')
LEFT JOIN PERFLOOP_STACK_FRAMES ON PERFLOOP_STACK_FRAMES.stack = taken.stack
ORDER BY taken.stack, PERFLOOP_STACK_FRAMES.stackDepth DESC`;

/** Every stack that was sampled with its time, one at a time; of one thread where `profile` names its row in PERFLOOP_PROFILES. Idle ones are left out unless asked for. */
export function* timedStacks(db: ProfileDatabase, { profile = null, idle = false }: { profile?: number | null; idle?: boolean } = {}): Generator<TimedStack> {
  const rows = db.prepare<[object], [stack: number, ns: number, samples: number, frame: number | null]>(sql).raw().iterate({ profile, idle: idle ? 1 : 0 });
  let id: number | null = null;
  let current: TimedStack | null = null;
  for (const [stack, ns, samples, frame] of rows as IterableIterator<[number, number, number, number | null]>) {
    if (current === null || stack !== id) {
      if (current !== null) yield current;
      id = stack;
      current = { frames: [], ns, samples };
    }
    if (frame !== null) current.frames.push(frame);
  }
  if (current !== null) yield current;
}
