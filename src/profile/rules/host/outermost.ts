import type { ProfileDatabase } from '../../tools/open.js';
import type { Via } from '../../tools/time-via.js';

const sql = `
WITH
mine AS (
  SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
  WHERE charged = :frame AND category = 'code' GROUP BY stack),
place AS (SELECT stack, MIN(stackDepth) AS depth FROM mine JOIN PERFLOOP_STACK_FRAMES USING (stack) WHERE frame = :frame GROUP BY stack)
SELECT symbol.value AS function, kind, module.value AS module, 1.0 * SUM(ns) / (SELECT MAX(COALESCE(SUM(ns), 0), 1) FROM PERFLOOP_CHARGES WHERE category <> 'idle') AS share
FROM mine JOIN place USING (stack)
JOIN PERFLOOP_STACK_FRAMES AS called ON called.stack = mine.stack AND called.stackDepth = place.depth - 1
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = called.frame JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
GROUP BY symbol.value, kind, module.value ORDER BY share DESC, symbol.value, module.value`;

/** What a function itself called, by the time of its own that passed in it: `readFileSync`, and not the helpers in it. Samples alone. */
export function calledDirectly(db: ProfileDatabase, { frame }: { frame: number }): Via[] {
  return db.prepare<[object], Via>(sql).all({ frame });
}
