import { RE2JS } from 're2js';
import type { ProfileDatabase } from './open.js';
import { registerRepositoryPath } from './repository.js';

/** A function, or what stands for one, by the time that passed in it. */
export interface HotFrame {
  /** Id of the frame in this database. */
  frame: number;
  function: string;
  /** Relative to the root, with `/`; as the profile names it without a root, and null for native code. */
  file: string | null;
  /** First line, 1-based. */
  line: number | null;
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
}

/** A function of a file of the repository. */
export interface HotFunction extends HotFrame {
  file: string;
  line: number;
  /** V8 only: its hottest lines, in the order of their share of the busy time. */
  hotLines: { line: number; share: number }[];
}

export interface HotFramesRequest {
  /** The repository's folder, as the profile names it; null for everything that took time. */
  root: string | null;
  /** Regular expressions in RE2 syntax; functions whose name matches one are left out. */
  ignore?: string[];
  /** Least selfShare. */
  minShare?: number;
  /** Whether builtins and library functions stand for themselves. Else their time is that of the function of a file that called them. */
  separate?: boolean;
  /** Also functions without time of their own, for what they called. */
  onlyCallers?: boolean;
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

/** A time belongs to what it is charged to; what is charged to no function of a file stands for itself, where all is asked for. */
const hottestSql = `
WITH
busy AS (SELECT MAX(COALESCE(SUM(ns), 0), 1) AS ns FROM PERFLOOP_CHARGES WHERE category <> 'idle'),
self AS (
  SELECT key AS frame,
    SUM(CASE WHEN category <> 'collector' OR via = key THEN ns ELSE 0 END) AS selfNs,
    SUM(CASE WHEN via = key THEN ns ELSE 0 END) AS ownNs,
    SUM(CASE WHEN category = 'collector' AND via <> key THEN ns ELSE 0 END) AS collectorNs
  FROM (SELECT *, CASE WHEN :separate THEN via WHEN :everything THEN COALESCE(frame, via) ELSE frame END AS key FROM PERFLOOP_CHARGES WHERE category <> 'idle')
  WHERE key IS NOT NULL GROUP BY key),
stackTime AS (
  SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
  WHERE category <> 'idle' GROUP BY stack),
-- A frame counts once for each stack, however often it is on it.
sampled AS (
  SELECT onStack.frame, SUM(stackTime.ns) AS totalNs
  FROM (SELECT DISTINCT stack, frame FROM PERFLOOP_STACK_FRAMES) AS onStack JOIN stackTime USING (stack)
  GROUP BY onStack.frame),
counted AS (SELECT frame, SUM(totalNs - waitNs) AS totalNs, SUM(calls) AS calls FROM PERFLOOP_FUNCTIONS GROUP BY frame),
found AS (
  SELECT frame, selfNs, ownNs, collectorNs FROM self
  UNION ALL
  SELECT id, 0, 0, 0 FROM PERFLOOP_FRAMES
  WHERE :onlyCallers AND (kind = 'source' OR :separate) AND (id IN (SELECT frame FROM sampled) OR id IN (SELECT frame FROM counted WHERE totalNs > 0)) AND id NOT IN (SELECT frame FROM self))
SELECT found.frame, symbol.value AS function, repository_path(module.value) AS file, PERFLOOP_FRAMES.line, PERFLOOP_FRAMES.columnNumber AS "column",
  1.0 * found.selfNs / busy.ns AS selfShare,
  1.0 * found.ownNs / busy.ns AS ownShare,
  MIN(1.0, 1.0 * MAX(found.selfNs, COALESCE(sampled.totalNs, 0) + COALESCE(counted.totalNs, 0)) / busy.ns) AS totalShare,
  1.0 * found.collectorNs / busy.ns AS collectorShare,
  found.selfNs / 1e6 AS selfMs,
  MAX(found.selfNs, COALESCE(sampled.totalNs, 0) + COALESCE(counted.totalNs, 0)) / 1e6 AS totalMs,
  counted.calls
FROM found
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = found.frame
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
LEFT JOIN sampled ON sampled.frame = found.frame
LEFT JOIN counted ON counted.frame = found.frame
CROSS JOIN busy
WHERE found.selfNs >= :minShare * busy.ns AND (:everything OR (PERFLOOP_FRAMES.line IS NOT NULL AND file IS NOT NULL)) AND NOT ignored_name(symbol.value)
ORDER BY found.selfNs DESC, file, PERFLOOP_FRAMES.line`;

const linesSql = `
SELECT line, 1.0 * SUM(ns) / (SELECT MAX(COALESCE(SUM(ns), 0), 1) FROM PERFLOOP_CHARGES WHERE category <> 'idle') AS share
FROM PERFLOOP_LINES WHERE frame = ? GROUP BY line HAVING SUM(ns) > 0 ORDER BY share DESC, line LIMIT 10`;

/** What took the busy time, the most time of its own first. Without a root, the times of their own and of the collector add up to all of it. */
export function hotFrames(db: ProfileDatabase, { root, ignore = [], minShare = 0, separate = false, onlyCallers = false }: HotFramesRequest): HotFrame[] {
  registerRepositoryPath(db, root);
  const everything = root === null;
  const patterns = [...(everything ? [] : unknownNames), ...ignore].map((pattern) => RE2JS.compile(pattern));
  db.function('ignored_name', { deterministic: true }, (name: unknown) => (patterns.some((pattern) => pattern.matcher(String(name)).find()) ? 1 : 0));
  return db.prepare<[object], HotFrame>(hottestSql).all({ minShare, everything: everything ? 1 : 0, separate: separate ? 1 : 0, onlyCallers: onlyCallers ? 1 : 0 });
}

/**
 * The functions of the repository's own files with the most time of their own, hottest first. Shares are of the busy time of all
 * processes: idle time does not count. Native and library functions have no entry: their time is their caller's.
 */
export function hotFunctions(db: ProfileDatabase, { root, ignore, minShare, top }: HotFunctionsRequest): HotFunction[] {
  const rows = hotFrames(db, { root, ignore, minShare }) as Omit<HotFunction, 'hotLines'>[];
  const lines = db.prepare<[number], { line: number; share: number }>(linesSql);
  return rows.slice(0, top === -1 ? undefined : top).map((row) => ({ ...row, hotLines: lines.all(row.frame) }));
}
