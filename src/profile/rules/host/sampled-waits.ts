import type { ProfileDatabase } from '../../tools/open.js';
import { registerRepositoryPath } from '../../tools/repository.js';
import { isForWork } from './for-work.js';
import { samplesSql } from './samples.js';
import type { Add, Frame } from './waits.js';

const sampledSql = `
WITH
waiting AS (
  SELECT profile, stack, leaf, SUM(durationNs) / 1e6 AS ms, NULLIF(${samplesSql}, 0) AS samples
  FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = profile WHERE category = 'idle' GROUP BY profile, stack),
named AS (
  SELECT stack, stackDepth, frame, symbol.value AS symbol, module.value AS module, line, kind FROM PERFLOOP_STACK_FRAMES
  JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
  JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
  WHERE stack IN (SELECT stack FROM waiting)),
place AS (SELECT stack, MIN(stackDepth) AS depth FROM named WHERE kind = 'source' AND repository_path(module) IS NOT NULL GROUP BY stack)
SELECT profile, ms, samples, what.value AS what, frame AS id, named.symbol, named.module, named.line, named.kind,
  (SELECT json_group_array(json_array(symbol, module)) FROM named AS inner_ WHERE inner_.stack = waiting.stack AND inner_.stackDepth < place.depth AND inner_.kind = 'library') AS within
FROM waiting
JOIN PERFLOOP_FRAMES AS leafFrame ON leafFrame.id = leaf JOIN StringIds AS what ON what.id = leafFrame.symbol
JOIN place ON place.stack = waiting.stack
JOIN named ON named.stack = waiting.stack AND named.stackDepth = place.depth`;

/** Waits that a profiler sampled, by the innermost function of the repository on the stack. */
export function addSampled(db: ProfileDatabase, root: string, add: Add): void {
  registerRepositoryPath(db, root);
  for (const { profile, ms, samples, what, within, ...frame } of db.prepare<[], Frame & { profile: number; ms: number; samples: number | null; what: string; within: string }>(sampledSql).all()) {
    add(frame, { profile, what, ms, samples, holdsLock: false, forWork: (JSON.parse(within) as [string, string][]).some(([symbol, module]) => isForWork({ symbol, module })) });
  }
}
