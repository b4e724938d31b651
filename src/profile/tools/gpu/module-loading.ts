import { z } from 'zod';
import { entry } from '../entry.js';
import { Numbers } from '../numbers.js';
import type { ProfileDatabase } from '../open.js';
import { hasTable, tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { callColumns } from './columns/calls.js';
import { launchesOf } from './columns/launches.js';
import { workColumns, workKinds } from './columns/work.js';
import { textOf } from './columns/work-names.js';
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

const launchingSql = "SELECT id FROM StringIds WHERE value LIKE 'cu%LaunchKernel%'";

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
    const firsts = slowFirstLaunches(db);
    const all = [...calls, ...(hasTable(db, 'CUPTI_ACTIVITY_KIND_OVERHEAD') ? grouped(driverSql) : []), ...firsts.rows].sort((a, b) => b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1));
    const mode = tablesOf(db).has('META_DATA_CAPTURE') ? db.prepare<[], string>("SELECT value FROM META_DATA_CAPTURE WHERE name = 'ENVIRONMENT:CUDA_MODULE_LOADING'").pluck().get() : undefined;
    return {
      ...firstRows(all, limit),
      facts: { callMs: calls.reduce((sum, { totalMs }) => sum + totalMs, 0), firstLaunchMs: firsts.excessMs, mode: mode ?? null },
      notes: all.length === 0 ? ['Nothing in this profile loads code. One that begins after the warm-up does not see it.'] : [],
    };
  },
});

function slowFirstLaunches(db: ProfileDatabase): { rows: z.infer<typeof row>[]; excessMs: number } {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_KERNEL')) return { rows: [], excessMs: 0 };
  const usualNs = usualLaunchNs(db);
  const slow = firstLaunches(db).filter(({ ns }) => ns >= slowNs && ns >= slowFactor * usualNs);
  const queueFull = hasTable(db, 'CUPTI_ACTIVITY_KIND_OVERHEAD') ? db.prepare<[number], number>(queueFullSql).pluck() : undefined;
  const loaded = slow.filter(({ call }) => queueFull?.get(call) !== 1);
  return {
    rows: loaded.map(({ name, start, ns }) => ({ what: 'first launch', name, count: 1, totalMs: ns / 1e6, medianUs: ns / 1e3, maxMs: ns / 1e6, firstAtMs: start / 1e6, lastAtMs: start / 1e6 })),
    excessMs: loaded.reduce((sum, { ns }) => sum + ns - usualNs, 0) / 1e6,
  };
}

function usualLaunchNs(db: ProfileDatabase): number {
  const { start, end, name } = callColumns(db);
  const launching = new Set(db.prepare<[], number>(launchingSql).pluck().all());
  const times = new Numbers();
  for (let call = 0; call < name.length; call++) if (launching.has(name[call]!)) times.add(end[call]! - start[call]!);
  return times.median() ?? 0;
}

/** The calls that launched the first kernel of each name in each process, the longest first. `call`: its row. Times in nanoseconds from the profile's first event. */
function firstLaunches(db: ProfileDatabase): { name: string; start: number; ns: number; call: number }[] {
  const [{ kind, process, detail, name, start }, calls, launches, text] = [workColumns(db), callColumns(db), launchesOf(db), textOf(db)];
  const firsts = new Map<number, Map<number, number>>();
  for (let at = 0; at < kind.length; at++) {
    if (workKinds[kind[at]!] !== 'kernel') continue;
    const own = entry(firsts, process[at]!, () => new Map<number, number>());
    const first = own.get(detail[at]!);
    if (first === undefined || start[at]! < start[first]!) own.set(detail[at]!, at);
  }
  const found: { name: string; start: number; ns: number; call: number }[] = [];
  for (const own of firsts.values()) {
    for (const at of own.values()) launches.eachCall(at, (call) => found.push({ name: text(name[at]!) ?? '(unnamed)', start: calls.start[call]!, ns: calls.end[call]! - calls.start[call]!, call: calls.row[call]! }));
  }
  return found.sort((a, b) => b.ns - a.ns);
}
