import { z } from 'zod';
import type { ProfileDatabase } from './open.js';
import { tablesOf } from './tables.js';
import { defineTool, firstRows } from './tool.js';

const input = z.object({
  pattern: z.string().min(1).max(500).describe('What names have to contain, in any letter case.'),
  limit: z.int().min(1).max(10_000).default(20).describe('How many rows.'),
});

const row = z.object({
  name: z.string(),
  /** What goes by it: kernel, call, range, call of the operating system, function, thread. */
  what: z.string(),
  count: z.int(),
  totalMs: z.number().nullable(),
});

const facts = z.object({ names: z.int() });

const containing = (name: string): string => `INSTR(LOWER(${name}), LOWER(:pattern)) > 0`;

/** By the table that has to be there. */
const places: Record<string, string> = {
  CUPTI_ACTIVITY_KIND_KERNEL: `SELECT value AS name, 'kernel' AS what, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN StringIds ON StringIds.id = demangledName WHERE ${containing('value')} GROUP BY demangledName`,
  CUPTI_ACTIVITY_KIND_RUNTIME: `SELECT value AS name, 'call of CUDA' AS what, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs FROM CUPTI_ACTIVITY_KIND_RUNTIME JOIN StringIds ON StringIds.id = nameId WHERE ${containing('value')} GROUP BY nameId`,
  NVTX_EVENTS: `SELECT COALESCE(text, value) AS name, CASE eventType WHEN 34 THEN 'mark' ELSE 'range' END AS what, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId WHERE ${containing("COALESCE(text, value, '')")} GROUP BY COALESCE(text, value), eventType = 34`,
  OSRT_API: `SELECT value AS name, 'call of the operating system' AS what, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs FROM OSRT_API JOIN StringIds ON StringIds.id = nameId WHERE ${containing('value')} GROUP BY nameId`,
  ThreadNames: `SELECT value AS name, 'thread' AS what, COUNT(*) AS count, NULL AS totalMs FROM ThreadNames JOIN StringIds ON StringIds.id = nameId WHERE ${containing('value')} GROUP BY nameId`,
  PERFLOOP_CHARGES: `SELECT value AS name, 'function' AS what, COUNT(DISTINCT PERFLOOP_CHARGES.profile) AS count, SUM(ns) / 1e6 AS totalMs FROM PERFLOOP_CHARGES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = via JOIN StringIds ON StringIds.id = PERFLOOP_FRAMES.symbol WHERE ${containing('value')} GROUP BY PERFLOOP_FRAMES.symbol`,
};

export const search = defineTool({
  name: 'search',
  aliases: ['find'],
  summary: 'kernels, calls, ranges, functions and threads by a part of their name',
  needs: {},
  input,
  row,
  facts,
  run(db: ProfileDatabase, { pattern, limit }) {
    const there = tablesOf(db);
    const all = Object.entries(places).filter(([table]) => there.has(table)).flatMap(([, sql]) => db.prepare<[object], z.infer<typeof row>>(sql).all({ pattern }));
    all.sort((a, b) => (b.totalMs ?? 0) - (a.totalMs ?? 0) || (a.name < b.name ? -1 : 1));
    return { ...firstRows(all, limit), facts: { names: all.length }, notes: [] };
  },
});
