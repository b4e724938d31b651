import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { limitSchema } from '../gpu/support.js';
import { outermostCall } from '../os-calls.js';
import { defineTool, firstRows } from '../tool.js';
import { hasRows } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({
  /** What says it: calls of the operating system, the scheduler, a sampler, or cProfile. They overlap. */
  seen: z.enum(['call', 'scheduler', 'sampled', 'counted']),
  /** The call or function in which the thread waited; null: only that it did not run. */
  what: z.string().nullable(),
  process: z.int(),
  thread: z.int(),
  threadName: z.string().nullable(),
  /** Calls, spells off the processor, or samples. */
  count: z.int(),
  totalMs: z.number(),
  maxMs: z.number().nullable(),
  /** The function that most of it was for, where stacks or pairs say it. */
  calledBy: z.string().nullable(),
});

const facts = z.object({ callMs: z.number().nullable(), schedulerMs: z.number().nullable(), sampledMs: z.number().nullable(), countedMs: z.number().nullable() });

const named = (db: ProfileDatabase, globalTid: string): string => (hasRows(db, 'ThreadNames') ? `(SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE ThreadNames.globalTid = ${globalTid} ORDER BY priority DESC LIMIT 1)` : 'NULL');

const thread = (db: ProfileDatabase, globalTid: string): string => `${globalTid} / 0x1000000 % 0x1000000 AS process, ${globalTid} & 0xFFFFFF AS thread, ${named(db, globalTid)} AS threadName`;

const callSql = (db: ProfileDatabase): string => `
SELECT 'call' AS seen, COALESCE(StringIds.value, '(unnamed)') AS what, ${thread(db, 'OSRT_API.globalTid')}, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, MAX("end" - start) / 1e6 AS maxMs, NULL AS calledBy
FROM OSRT_API LEFT JOIN StringIds ON StringIds.id = OSRT_API.nameId WHERE ${outermostCall} GROUP BY OSRT_API.nameId, OSRT_API.globalTid`;

/** From being taken off a processor until being put on one again. */
const schedulerSql = (db: ProfileDatabase): string => `
SELECT 'scheduler' AS seen, NULL AS what, ${thread(db, 'globalTid')}, COUNT(*) AS count, SUM(ns) / 1e6 AS totalMs, MAX(ns) / 1e6 AS maxMs, NULL AS calledBy
FROM (SELECT globalTid, isSchedIn, LEAD(start) OVER (PARTITION BY globalTid ORDER BY start, isSchedIn) - start AS ns FROM SCHED_EVENTS)
WHERE NOT isSchedIn AND ns IS NOT NULL GROUP BY globalTid`;

/** By the innermost function of a file on the stack. */
const sampledSql = (db: ProfileDatabase): string => `
WITH
waiting AS (
  SELECT PERFLOOP_SAMPLES.profile, PERFLOOP_SAMPLES.stack, PERFLOOP_STACKS.leaf, COUNT(*) AS count, SUM(durationNs) AS ns
  FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack WHERE category = 'idle' GROUP BY PERFLOOP_SAMPLES.profile, stack),
places AS (
  SELECT waiting.*, (SELECT frame FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
    WHERE PERFLOOP_STACK_FRAMES.stack = waiting.stack AND kind = 'source' ORDER BY stackDepth LIMIT 1) AS caller
  FROM waiting),
callers AS (SELECT profile, leaf, caller, SUM(count) AS count, SUM(ns) AS ns FROM places GROUP BY profile, leaf, caller)
SELECT 'sampled' AS seen, what.value AS what, ${thread(db, 'PERFLOOP_PROFILES.globalTid')}, SUM(callers.count) AS count, SUM(callers.ns) / 1e6 AS totalMs, NULL AS maxMs,
  (SELECT value FROM callers AS most JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = most.caller JOIN StringIds ON StringIds.id = symbol
    WHERE most.profile = callers.profile AND most.leaf = callers.leaf ORDER BY most.ns DESC LIMIT 1) AS calledBy
FROM callers JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = callers.profile
JOIN PERFLOOP_FRAMES AS leafFrame ON leafFrame.id = callers.leaf JOIN StringIds AS what ON what.id = leafFrame.symbol
GROUP BY callers.profile, callers.leaf`;

const countedSql = (db: ProfileDatabase): string => `
SELECT 'counted' AS seen, what.value AS what, ${thread(db, 'PERFLOOP_PROFILES.globalTid')}, SUM(calls) AS count, SUM(selfNs) / 1e6 AS totalMs, NULL AS maxMs,
  (SELECT value FROM PERFLOOP_CALLS JOIN PERFLOOP_FRAMES AS by ON by.id = caller JOIN StringIds ON StringIds.id = by.symbol
    WHERE PERFLOOP_CALLS.profile = PERFLOOP_FUNCTIONS.profile AND callee = PERFLOOP_FUNCTIONS.frame ORDER BY totalNs DESC LIMIT 1) AS calledBy
FROM PERFLOOP_FUNCTIONS
JOIN PERFLOOP_PROFILES ON PERFLOOP_PROFILES.id = PERFLOOP_FUNCTIONS.profile
JOIN PERFLOOP_FRAMES AS waited ON waited.id = PERFLOOP_FUNCTIONS.frame AND waited.kind = 'idle' JOIN StringIds AS what ON what.id = waited.symbol
GROUP BY PERFLOOP_FUNCTIONS.profile, PERFLOOP_FUNCTIONS.frame`;

const sources = { call: ['OSRT_API', callSql], scheduler: ['SCHED_EVENTS', schedulerSql], sampled: ['PERFLOOP_SAMPLES', sampledSql], counted: ['PERFLOOP_FUNCTIONS', countedSql] } as const;

export const blocked = defineTool({
  name: 'blocked',
  aliases: ['waiting', 'off_cpu'],
  summary: 'in which calls threads of the host waited, and for how long they did not run',
  needs: {},
  input,
  row,
  facts,
  run(db, { limit }) {
    const unknown = Object.values(sources).some(([table]) => hasRows(db, table)) ? null : 'nothing in it tells waiting from running; profile with `nsys profile -t osrt --cpuctxsw=process-tree`, V8\'s profiler or cProfile';
    if (unknown !== null) return { abstained: unknown };
    const found = Object.values(sources).map(([table, sql]) => (hasRows(db, table) ? db.prepare<[], z.infer<typeof row>>(sql(db)).all() : null));
    const [callMs = null, schedulerMs = null, sampledMs = null, countedMs = null] = found.map((rows) => rows?.reduce((sum, { totalMs }) => sum + totalMs, 0) ?? null);
    const all = found.flatMap((rows) => rows ?? []).sort((a, b) => b.totalMs - a.totalMs);
    const notes: string[] = [];
    if (sampledMs === 0) notes.push('No sample is idle: profilers that sample only what runs (perf, py-spy without --idle) do not see waiting.');
    else if (sampledMs !== null) notes.push('What samplers call idle may be a thread that had nothing to do.');
    if (countedMs !== null) notes.push('Of cProfile, functions that are known to wait: sleeping, locks, sockets, processes, reading.');
    if (found.filter((rows) => (rows?.length ?? 0) > 0).length > 1) notes.push('One wait may be in several rows: do not add up what was seen by different means.');
    return { ...firstRows(all, limit), facts: { callMs, schedulerMs, sampledMs, countedMs }, notes };
  },
});
