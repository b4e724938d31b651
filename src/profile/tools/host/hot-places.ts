import { hotFrames } from '../hot-functions.js';
import type { ProfileDatabase } from '../open.js';
import { registerRepositoryPath } from '../repository.js';
import { profileSummary } from '../summary.js';
import type { HotRow } from './hot-functions.js';

interface Asked {
  root: string | null;
  separate: boolean;
}

/** A file counts once for each stack that it is on. */
const totalsSql = `
WITH
stackTime AS (
  SELECT stack, SUM(durationNs) AS ns FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack
  WHERE category <> 'idle' GROUP BY stack)
SELECT repository_path(StringIds.value) AS file, SUM(stackTime.ns) / 1e6 AS ms
FROM (SELECT DISTINCT stack, module FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame) AS onStack
JOIN stackTime USING (stack) JOIN StringIds ON StringIds.id = onStack.module
GROUP BY file`;

/** Files by the time of their functions. The total of a file is known of sampled profiles alone. */
export function hotFiles(db: ProfileDatabase, asked: Asked): HotRow[] {
  const files = new Map<string | null, HotRow>();
  const { busyMs } = profileSummary(db, { root: null });
  for (const { file, selfMs, selfShare, ownShare, collectorShare } of hotFrames(db, asked)) {
    const row = files.get(file) ?? { function: null, file, line: null, selfMs: 0, selfShare: 0, ownMs: 0, totalMs: null, totalShare: null, collectorMs: 0, calls: null };
    files.set(file, { ...row, selfMs: row.selfMs + selfMs, selfShare: row.selfShare + selfShare, ownMs: (row.ownMs ?? 0) + ownShare * busyMs, collectorMs: (row.collectorMs ?? 0) + collectorShare * busyMs });
  }
  const totals = new Map(db.prepare<[], { file: string | null; ms: number }>(totalsSql).all().map(({ file, ms }) => [file, ms]));
  const counted = totals.size === 0;
  const rows = [...files.values()].map((row): HotRow => {
    const totalMs = counted ? null : Math.max(row.selfMs, totals.get(row.file) ?? 0);
    return { ...row, totalMs, totalShare: totalMs === null || busyMs === 0 ? null : Math.min(1, totalMs / busyMs) };
  });
  return rows.sort((a, b) => b.selfMs - a.selfMs);
}

const linesSql = `
SELECT symbol.value AS function, repository_path(module.value) AS file, PERFLOOP_LINES.line, SUM(ns) / 1e6 AS selfMs
FROM PERFLOOP_LINES
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
GROUP BY frame, PERFLOOP_LINES.line HAVING SUM(ns) > 0 AND file IS NOT NULL
ORDER BY SUM(ns) DESC, file, PERFLOOP_LINES.line`;

/** Lines by the time that passed in them, without what they called. */
export function hotLines(db: ProfileDatabase, { root }: Asked): HotRow[] {
  registerRepositoryPath(db, root);
  const { busyMs } = profileSummary(db, { root });
  const rows = db.prepare<[], { function: string; file: string; line: number; selfMs: number }>(linesSql).all();
  return rows.map((row) => ({ ...row, selfShare: busyMs === 0 ? 0 : row.selfMs / busyMs, ownMs: row.selfMs, totalMs: null, totalShare: null, collectorMs: null, calls: null }));
}
