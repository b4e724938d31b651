import type { ProfileDatabase } from '../../open.js';
import { hasTable } from '../../tables.js';

export interface InFunction {
  function: string;
  module: string;
  line: number | null;
  count: number;
  totalMs: number;
}

/** `frames`: SQL over PERFLOOP_FRAMES, StringIds as symbol and as module, that chooses functions. */
const sampledSql = (frames: string): string => `
WITH chosen AS (SELECT PERFLOOP_FRAMES.id FROM PERFLOOP_FRAMES JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module WHERE ${frames}),
-- The outermost of them on each stack has the time of all: it called the others.
outermost AS (SELECT stack, frame, MAX(stackDepth) FROM PERFLOOP_STACK_FRAMES WHERE frame IN (SELECT id FROM chosen) GROUP BY stack)
SELECT symbol.value AS function, module.value AS module, line, COUNT(*) AS count, SUM(durationNs) / 1e6 AS totalMs
FROM outermost JOIN PERFLOOP_SAMPLES USING (stack) JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
JOIN StringIds AS symbol ON symbol.id = symbol JOIN StringIds AS module ON module.id = module GROUP BY frame ORDER BY totalMs DESC, function`;

/** Of functions that call each other the one with the most time stands for all: cProfile has no whole stacks. */
const countedSql = (frames: string): string => `
SELECT symbol.value AS function, module.value AS module, line, SUM(calls) AS count, SUM(totalNs) / 1e6 AS totalMs
FROM PERFLOOP_FUNCTIONS JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame JOIN StringIds AS symbol ON symbol.id = symbol JOIN StringIds AS module ON module.id = module
WHERE ${frames} GROUP BY frame ORDER BY totalMs DESC, function LIMIT 1`;

/** How long host code was in functions, with all that they called, as samplers and cProfile saw it. */
export function inFunctions(db: ProfileDatabase, frames: string): InFunction[] {
  const asked = (table: string, sql: (frames: string) => string): InFunction[] => (hasTable(db, table) ? db.prepare<[], InFunction>(sql(frames)).all() : []);
  return [...asked('PERFLOOP_SAMPLES', sampledSql), ...asked('PERFLOOP_FUNCTIONS', countedSql)];
}
