import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable, tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { firstEvent } from './extent.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({
  /** `call`: one that loads or looks up code; `driver`: what the driver itself reports; `first launch`: a launch that waited for its kernel's code. */
  what: z.enum(['call', 'driver', 'first launch']),
  /** Of the call, of the driver's work, or of the kernel. */
  name: z.string(),
  count: z.int(),
  totalMs: z.number(),
  medianUs: z.number(),
  maxMs: z.number(),
  /** When the first and the last began, from the first event of the profile: late ones are not only start-up. */
  firstAtMs: z.number(),
  lastAtMs: z.number(),
});

const facts = z.object({
  /** Time of the calls; one that makes another counts twice. */
  callMs: z.number(),
  /** Time of slow first launches beyond that of a usual launch. */
  firstLaunchMs: z.number(),
  /** CUDA_MODULE_LOADING as the program had it: LAZY is CUDA's default from 12.2 on; null where it was not set or not captured. */
  mode: z.string().nullable(),
});

/** A first launch counts as slow from here on: it takes ten times as long as a usual one, and a tenth of a millisecond. */
const slowFactor = 10;
const slowNs = 100_000;

/** Calls of the driver and the runtime that load, link or look up code (CUDA Driver API, "Module Management", "Library Management"). */
const loading = ['cuModuleLoad*', 'cuModuleUnload*', 'cuModuleGetFunction*', 'cuModuleGetGlobal*', 'cuLibrary*', 'cudaLibrary*', 'cuLink*', 'cuKernelGetFunction*', 'cuFuncLoad*', 'cudaFuncGetAttributes*', 'cuFuncGetAttribute*', 'cudaGetFuncBySymbol*']
  .map((pattern) => `value GLOB '${pattern}'`).join(' OR ');

const measures = `COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e6 AS maxMs,
  (MIN(start) - :origin) / 1e6 AS firstAtMs, (MAX(start) - :origin) / 1e6 AS lastAtMs`;

const callsSql = `
SELECT 'call' AS what, (SELECT value FROM StringIds WHERE id = nameId) AS name, ${measures}
FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE ${loading}) GROUP BY nameId`;

/** CUpti_ActivityOverheadKind as nsys numbers it (ENUM_CUPTI_OVERHEAD_TYPE): 2 compiles PTX, 6 loads a module, 7 a function lazily. */
const driverSql = `
SELECT 'driver' AS what, CASE overheadType WHEN 2 THEN 'compiles PTX' WHEN 6 THEN 'loads a module' ELSE 'loads a function lazily' END AS name, ${measures}
FROM CUPTI_ACTIVITY_KIND_OVERHEAD WHERE overheadType IN (2, 6, 7) GROUP BY overheadType`;

/** The first kernel of each name in each process, with the call that launched it. One scan of the table is faster than its index. */
const firstsSql = `
WITH firsts AS MATERIALIZED (SELECT demangledName, shortName, globalPid, correlationId, MIN(start) FROM CUPTI_ACTIVITY_KIND_KERNEL NOT INDEXED GROUP BY globalPid, demangledName)
SELECT COALESCE(value, '(unnamed)') AS name, r.start - :origin AS start, r."end" - r.start AS ns, r.rowid AS call
FROM firsts CROSS JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r USING (globalPid, correlationId) LEFT JOIN StringIds ON StringIds.id = shortName
ORDER BY ns DESC`;

const usualSql = `
SELECT median("end" - start) FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE value LIKE 'cu%LaunchKernel%')`;

/** A launch also waits where the queue of commands is full (overheadType 8): that is no loading. */
const queueFullSql = `
SELECT EXISTS (SELECT 1 FROM CUPTI_ACTIVITY_KIND_OVERHEAD AS o JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r ON r.globalTid = o.globalTid WHERE r.rowid = ? AND o.overheadType = 8 AND o.start < r."end" AND o."end" > r.start)`;

export const moduleLoading = defineTool({
  name: 'module_loading',
  aliases: ['nsys_sql_module_loading'],
  summary: 'what loading code onto devices cost: modules, libraries, and first launches that waited for it',
  needs: { CUPTI_ACTIVITY_KIND_RUNTIME: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { limit }) {
    const origin = firstEvent(db);
    const grouped = (sql: string): z.infer<typeof row>[] => db.prepare<[object], z.infer<typeof row>>(sql).all({ origin });
    const calls = grouped(callsSql);
    const firsts = slowFirstLaunches(db, origin);
    const all = [...calls, ...(hasTable(db, 'CUPTI_ACTIVITY_KIND_OVERHEAD') ? grouped(driverSql) : []), ...firsts.rows].sort((a, b) => b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1));
    const mode = tablesOf(db).has('META_DATA_CAPTURE') ? db.prepare<[], string>("SELECT value FROM META_DATA_CAPTURE WHERE name = 'ENVIRONMENT:CUDA_MODULE_LOADING'").pluck().get() : undefined;
    return {
      ...firstRows(all, limit),
      facts: { callMs: calls.reduce((sum, { totalMs }) => sum + totalMs, 0), firstLaunchMs: firsts.excessMs, mode: mode ?? null },
      notes: all.length === 0 ? ['Nothing in this profile loads code. One that begins after the warm-up does not see it.'] : [],
    };
  },
});

function slowFirstLaunches(db: ProfileDatabase, origin: bigint): { rows: z.infer<typeof row>[]; excessMs: number } {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_KERNEL')) return { rows: [], excessMs: 0 };
  const usualNs = db.prepare<[], number | null>(usualSql).pluck().get() ?? 0;
  const slow = db.prepare<[object], { name: string; start: number; ns: number; call: number }>(firstsSql).all({ origin }).filter(({ ns }) => ns >= slowNs && ns >= slowFactor * usualNs);
  const queueFull = hasTable(db, 'CUPTI_ACTIVITY_KIND_OVERHEAD') ? db.prepare<[number], number>(queueFullSql).pluck() : undefined;
  const loaded = slow.filter(({ call }) => queueFull?.get(call) !== 1);
  return {
    rows: loaded.map(({ name, start, ns }) => ({ what: 'first launch', name, count: 1, totalMs: ns / 1e6, medianUs: ns / 1e3, maxMs: ns / 1e6, firstAtMs: start / 1e6, lastAtMs: start / 1e6 })),
    excessMs: loaded.reduce((sum, { ns }) => sum + ns - usualNs, 0) / 1e6,
  };
}
