import type { ProfileDatabase } from './open.js';

export interface Caller {
  /** Id of its frame. */
  caller: number;
  function: string;
  /** Absolute path, or a name such as `node:fs`; empty for native code. */
  module: string;
  line: number | null;
  /**
   * Of the function's total time, what passed when this one had called it; 0 to 1. Where functions call each other in a circle, cProfile
   * counts some time for more than one caller: then of all that was counted.
   */
  share: number;
  ms: number;
}

const edgesOf = `
WITH
stackTime AS (
  SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
  WHERE category <> 'idle' GROUP BY stack),
-- In a recursion, who called it from outside: the outermost place on the stack.
outermost AS (SELECT stack, MAX(stackDepth) AS stackDepth FROM PERFLOOP_STACK_FRAMES WHERE frame = :frame GROUP BY stack),
edges AS (
  SELECT callerFrame.frame AS caller, SUM(stackTime.ns) AS ns
  FROM outermost JOIN stackTime USING (stack)
  JOIN PERFLOOP_STACK_FRAMES AS callerFrame ON callerFrame.stack = outermost.stack AND callerFrame.stackDepth = outermost.stackDepth + 1
  GROUP BY callerFrame.frame
  UNION ALL
  SELECT caller, SUM(totalNs) FROM PERFLOOP_CALLS WHERE callee = :frame AND caller <> :frame GROUP BY caller),
known AS (SELECT MAX(COALESCE((SELECT SUM(ns) FROM edges), 0), 1,
  COALESCE((SELECT SUM(ns) FROM outermost JOIN stackTime USING (stack)), 0) + COALESCE((SELECT SUM(totalNs) FROM PERFLOOP_FUNCTIONS WHERE frame = :frame), 0)) AS ns)`;

const sql = `${edgesOf}
SELECT edges.caller, symbol.value AS function, module.value AS module, PERFLOOP_FRAMES.line, 1.0 * SUM(edges.ns) / known.ns AS share, SUM(edges.ns) / 1e6 AS ms
FROM edges CROSS JOIN known
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = edges.caller
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
GROUP BY edges.caller HAVING SUM(edges.ns) > 0
ORDER BY SUM(edges.ns) DESC, symbol.value LIMIT 20`;

/** Less is what rounding leaves of cProfile's seconds. */
const leastShare = 1e-6;

const restSql = `${edgesOf}
SELECT 1.0 * rest / ns AS share, rest / 1e6 AS ms FROM (SELECT ns, ns - COALESCE((SELECT SUM(ns) FROM edges), 0) AS rest FROM known) WHERE rest > ${leastShare} * ns`;

/** Who called a function, by the time that passed in it on their behalf. A function's calls of itself do not count. */
export function callers(db: ProfileDatabase, { frame }: { frame: number }): Caller[] {
  return db.prepare<[{ frame: number }], Caller>(sql).all({ frame });
}

/** The part of a function's total time for which no caller is known: it was the first on its stack. Null where there is none. */
export function withoutCaller(db: ProfileDatabase, { frame }: { frame: number }): Pick<Caller, 'share' | 'ms'> | null {
  return db.prepare<[{ frame: number }], Pick<Caller, 'share' | 'ms'>>(restSql).get({ frame }) ?? null;
}
