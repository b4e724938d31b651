import { basename } from 'node:path';
import { computingDevices } from '../tools/gpu/computing-devices.js';
import { deviceInfo } from '../tools/gpu/device-info.js';
import { directions } from '../tools/gpu/labels.js';
import { rangeName } from '../tools/gpu/range-names.js';
import { hotFrames } from '../tools/hot-functions.js';
import { hasRows } from '../tools/host/support.js';
import type { ProfileDatabase } from '../tools/open.js';
import { outermostCall } from '../tools/os-calls.js';
import { profileSummary } from '../tools/summary.js';
import { hasTable, tablesOf } from '../tools/tables.js';
import { ask } from '../tools/tool.js';
import type { SectionName } from './schema.js';

export interface Entry {
  name: string;
  file: string | null;
  line: number | null;
  /** Calls, launches, copies or ranges; null where only time is known. */
  count: number | null;
  ms: number;
}

/** What is compared of a profile. */
export interface Measured {
  kind: string;
  programs: string[];
  /** Models of the devices that ran kernels, one entry a device; where the profile does not tell a model, `unknown GPU`. */
  gpus: string[];
  wallMs: number | null;
  /** Mean time that one sample of host code stands for; null where nothing was sampled. */
  sampleMs: number | null;
  /** Sections that were not captured are absent. */
  sections: Partial<Record<SectionName, Entry[]>>;
}

const entriesOf = (name: string, from: string): string => `SELECT ${name} AS name, NULL AS file, NULL AS line, COUNT(*) AS count, SUM("end" - start) / 1e6 AS ms FROM ${from}`;

/** Names of calls end in the version of the interface: cudaLaunchKernel_v7000. */
const unversioned = (name: string): string => `CASE WHEN ${name} GLOB '*_v[0-9]*' AND NOT SUBSTR(${name}, INSTR(${name}, '_v') + 2) GLOB '*[^0-9]*' THEN SUBSTR(${name}, 1, INSTR(${name}, '_v') - 1) ELSE COALESCE(${name}, '(unnamed)') END`;

/** By CUPTI's own labels: not every profile brings its own, and one direction has to have one name in both. */
const copyName = `CASE copyKind ${Object.entries(directions).map(([kind, label]) => `WHEN ${kind} THEN '${label}'`).join(' ')} ELSE 'kind ' || copyKind END`;

const queries: readonly { section: SectionName; table: string; sql: string }[] = [
  { section: 'kernels', table: 'CUPTI_ACTIVITY_KIND_KERNEL', sql: entriesOf("COALESCE(value, '(unnamed)')", 'CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds ON StringIds.id = demangledName GROUP BY demangledName') },
  // The kernels in a graph that was traced as a whole are not known.
  { section: 'kernels', table: 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', sql: `${entriesOf("'(CUDA graphs traced as a whole)'", 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE')} HAVING COUNT(*) > 0` },
  {
    section: 'copies',
    table: 'CUPTI_ACTIVITY_KIND_MEMCPY',
    sql: entriesOf(copyName, 'CUPTI_ACTIVITY_KIND_MEMCPY GROUP BY copyKind'),
  },
  { section: 'calls', table: 'CUPTI_ACTIVITY_KIND_RUNTIME', sql: entriesOf(unversioned('value'), 'CUPTI_ACTIVITY_KIND_RUNTIME LEFT JOIN StringIds ON StringIds.id = nameId GROUP BY 1') },
  { section: 'system', table: 'OSRT_API', sql: entriesOf("COALESCE(value, '(unnamed)')", `OSRT_API LEFT JOIN StringIds ON StringIds.id = nameId WHERE ${outermostCall} GROUP BY nameId`) },
  { section: 'ranges', table: 'NVTX_EVENTS', sql: entriesOf(rangeName, 'NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId WHERE eventType IN (59, 60) AND "end" IS NOT NULL GROUP BY 1') },
];

/** Reads what two profiles are compared by. Host functions are by the time of their own, with the builtins that they called. */
export function measureProfile(db: ProfileDatabase): Measured {
  const sections: Measured['sections'] = {};
  if (hasRows(db, 'PERFLOOP_CHARGES')) sections.functions = hotFrames(db, { root: null }).map(({ function: name, file, line, calls, selfMs }) => ({ name, file, line, count: calls, ms: selfMs }));
  for (const { section, table, sql } of queries) if (hasTable(db, table)) sections[section] = [...(sections[section] ?? []), ...db.prepare<[], Entry>(sql).all()];
  return { kind: kindOf(db), programs: programsOf(db), gpus: gpusOf(db), wallMs: wallOf(db), sampleMs: sampleOf(db), sections };
}

const kindOf = (db: ProfileDatabase): string => db.prepare<[], string>("SELECT value FROM META_DATA_EXPORT WHERE name = 'PERFLOOP_KIND'").pluck().get() ?? 'unknown';

/** Names of the programs that were profiled, without their folders. */
function programsOf(db: ProfileDatabase): string[] {
  if (!hasTable(db, 'PROCESSES')) return [];
  const tids = ['PERFLOOP_PROFILES', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'].filter((table) => hasTable(db, table)).map((table) => `SELECT globalTid & ~0xFFFFFF FROM ${table}`);
  const names = db.prepare<[], string | null>(`SELECT DISTINCT name FROM PROCESSES WHERE globalPid IN (${tids.join(' UNION ')})`).pluck().all();
  return [...new Set(names.flatMap((name) => (name === null ? [] : [basename(name)])))].sort();
}

function gpusOf(db: ProfileDatabase): string[] {
  const answer = ask(deviceInfo, db, {});
  const named = new Map(answer.abstained === null ? (answer.rows as { gpu: number; name: string | null }[]).map(({ gpu, name }) => [gpu, name]) : []);
  const models = [...new Set(named.values())];
  // Programs number the devices that they see: of a machine with one model, any is of that.
  const modelOf = (device: number): string => (models.length === 1 ? models[0] : named.get(device)) ?? 'unknown GPU';
  return computingDevices(db).map(modelOf).sort();
}

function wallOf(db: ProfileDatabase): number | null {
  const there = tablesOf(db);
  const spans = ['PERFLOOP_DEVICE_WORK', 'CUPTI_ACTIVITY_KIND_RUNTIME', 'NVTX_EVENTS', 'OSRT_API'].filter((table) => there.has(table));
  const span = spans.length === 0 ? null : db.prepare<[], number | null>(`SELECT (MAX(last) - MIN(first)) / 1e6 FROM (${spans.map((table) => `SELECT MIN(start) AS first, MAX("end") AS last FROM ${table}`).join(' UNION ALL ')})`).pluck().get();
  return span ?? profileSummary(db, { root: null }).wallMs;
}

function sampleOf(db: ProfileDatabase): number | null {
  return db.prepare<[], number | null>("SELECT AVG(durationNs) / 1e6 FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack WHERE category <> 'idle'").pluck().get() ?? null;
}
