import { RE2JS } from 're2js';
import type { ProfileDatabase } from './open.js';
import { registerRepositoryPath } from './repository.js';

export interface HotFunction {
  /** Id of the frame in this database. */
  frame: number;
  function: string;
  /** Relative to the root, with `/`. */
  file: string;
  /** First line, 1-based. */
  line: number;
  column: number | null;
  /** Time in the function and in the builtins and library functions that it called, by the busy time; 0 to 1. */
  selfShare: number;
  /** Of selfShare, what passed in its own lines. */
  ownShare: number;
  /** With all callees and the garbage collections meanwhile, recursion counted once. */
  totalShare: number;
  /** Garbage collections while it ran; not part of selfShare. */
  collectorShare: number;
  selfMs: number;
  totalMs: number;
  /** cProfile only: how often it was called. */
  calls: number | null;
  /** V8 only: its hottest lines, in the order of their share of the busy time. */
  hotLines: { line: number; share: number }[];
}

export interface HotFunctionsRequest {
  /** The repository's folder, as the profile names it. */
  root: string;
  /** Regular expressions in RE2 syntax; functions whose name matches one are left out. */
  ignore: string[];
  /** Least selfShare. */
  minShare: number;
  /** How many; -1 for all. */
  top: number;
}

/** Placeholders that profilers write instead of a name. */
const unknownNames = ['^\\[.*\\]$', '^\\((program|idle|root|garbage collector|unknown)\\)$'];

const sql = `
WITH
busy AS (SELECT MAX(COALESCE(SUM(ns), 0), 1) AS ns FROM PERFLOOP_CHARGES WHERE category <> 'idle'),
self AS (
  SELECT frame,
    SUM(CASE WHEN category = 'code' THEN ns ELSE 0 END) AS selfNs,
    SUM(CASE WHEN category = 'code' AND via = frame THEN ns ELSE 0 END) AS ownNs,
    SUM(CASE WHEN category = 'collector' THEN ns ELSE 0 END) AS collectorNs
  FROM PERFLOOP_CHARGES WHERE frame IS NOT NULL GROUP BY frame),
stackTime AS (
  SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
  WHERE category <> 'idle' GROUP BY stack),
-- A frame counts once for each stack, however often it is on it.
sampled AS (
  SELECT onStack.frame, SUM(stackTime.ns) AS totalNs
  FROM (SELECT DISTINCT stack, frame FROM PERFLOOP_STACK_FRAMES) AS onStack JOIN stackTime USING (stack)
  GROUP BY onStack.frame),
counted AS (SELECT frame, SUM(totalNs - waitNs) AS totalNs, SUM(calls) AS calls FROM PERFLOOP_FUNCTIONS GROUP BY frame)
SELECT self.frame, symbol.value AS function, repository_path(module.value) AS file, PERFLOOP_FRAMES.line, PERFLOOP_FRAMES.columnNumber AS "column",
  1.0 * self.selfNs / busy.ns AS selfShare,
  1.0 * self.ownNs / busy.ns AS ownShare,
  MIN(1.0, 1.0 * MAX(self.selfNs, COALESCE(sampled.totalNs, 0) + COALESCE(counted.totalNs, 0)) / busy.ns) AS totalShare,
  1.0 * self.collectorNs / busy.ns AS collectorShare,
  self.selfNs / 1e6 AS selfMs,
  MAX(self.selfNs, COALESCE(sampled.totalNs, 0) + COALESCE(counted.totalNs, 0)) / 1e6 AS totalMs,
  counted.calls
FROM self
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = self.frame
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
LEFT JOIN sampled ON sampled.frame = self.frame
LEFT JOIN counted ON counted.frame = self.frame
CROSS JOIN busy
WHERE self.selfNs >= :minShare * busy.ns AND PERFLOOP_FRAMES.line IS NOT NULL AND file IS NOT NULL AND NOT ignored_name(symbol.value)
ORDER BY self.selfNs DESC, file, PERFLOOP_FRAMES.line
LIMIT :top`;

const linesSql = `
SELECT line, 1.0 * SUM(ns) / (SELECT MAX(COALESCE(SUM(ns), 0), 1) FROM PERFLOOP_CHARGES WHERE category <> 'idle') AS share
FROM PERFLOOP_LINES WHERE frame = ? GROUP BY line HAVING SUM(ns) > 0 ORDER BY share DESC, line LIMIT 10`;

/**
 * The functions of the repository's own files with the most time of their own, hottest first. Shares are of the busy time of all
 * processes: idle time does not count. Native and library functions have no entry: their time is their caller's.
 */
export function hotFunctions(db: ProfileDatabase, { root, ignore, minShare, top }: HotFunctionsRequest): HotFunction[] {
  registerRepositoryPath(db, root);
  const patterns = [...unknownNames, ...ignore].map((pattern) => RE2JS.compile(pattern));
  db.function('ignored_name', { deterministic: true }, (name: unknown) => (patterns.some((pattern) => pattern.matcher(String(name)).find()) ? 1 : 0));
  const rows = db.prepare<[{ minShare: number; top: number }], Omit<HotFunction, 'hotLines'>>(sql).all({ minShare, top });
  const lines = db.prepare<[number], { line: number; share: number }>(linesSql);
  return rows.map((row) => ({ ...row, hotLines: lines.all(row.frame) }));
}
