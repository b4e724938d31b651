import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable, tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';

const input = z.object({ device: deviceSchema, limit: limitSchema });

const row = z.object({
  /** Its number in the profile; null where the profile does not give one. */
  graph: z.int().nullable(),
  process: z.int(),
  device: z.int(),
  /** `whole`: traced as one span, and what is in it is not seen; `node`: its kernels and copies are traced one by one. */
  traced: z.enum(['whole', 'node']),
  executions: z.int(),
  /** Kernels, copies and sets in the graph; null where it was traced as a whole. */
  nodes: z.int().nullable(),
  /** From the start of an execution to its end, over all executions. */
  totalMs: z.number(),
  medianUs: z.number(),
  maxUs: z.number(),
  /** Time of the nodes, added up over streams that run at once; null where it was traced as a whole. */
  workMs: z.number().nullable(),
  /** Calls that launched it and are in the profile, and how long the host was in them; null where calls were not captured. */
  launches: z.int().nullable(),
  medianLaunchUs: z.number().nullable(),
});

const facts = z.object({
  graphs: z.int(),
  executions: z.int(),
  totalMs: z.number(),
  /** Calls that make a graph executable, which belong before the loop: cudaGraphInstantiate and its kin. Null where calls were not captured. */
  instantiations: z.int().nullable(),
  instantiationMs: z.number().nullable(),
});

/**
 * The nodes of one execution have the correlation id of the call that launched it. The upper half of a node's id is its graph's,
 * for exports that do not give that by itself.
 */
const nodesOf = (table: string): string => `
SELECT COALESCE(graphId, graphNodeId >> 32) AS graph, graphNodeId, globalPid, deviceId, correlationId, start, "end" FROM ${table} WHERE graphNodeId IS NOT NULL AND graphNodeId <> 0`;

const executionsSql = (tables: ReadonlySet<string>): string => {
  const nodes = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET'].filter((table) => tables.has(table)).map(nodesOf);
  const whole = tables.has('CUPTI_ACTIVITY_KIND_GRAPH_TRACE') ? [`SELECT 'whole' AS traced, COALESCE(graphExecId, graphId) AS graph, globalPid, deviceId, correlationId, start, "end", NULL AS nodes, NULL AS workNs FROM CUPTI_ACTIVITY_KIND_GRAPH_TRACE WHERE :device IS NULL OR deviceId = :device`] : [];
  const byNode = nodes.length === 0 ? [] : [`
SELECT 'node' AS traced, graph, globalPid, deviceId, correlationId, MIN(start) AS start, MAX("end") AS "end", COUNT(DISTINCT graphNodeId) AS nodes, SUM("end" - start) AS workNs
FROM (${nodes.join(' UNION ALL ')}) WHERE :device IS NULL OR deviceId = :device GROUP BY graph, globalPid, deviceId, correlationId`];
  return [...whole, ...byNode].join(' UNION ALL ');
};

const sqlOf = (tables: ReadonlySet<string>): string => {
  const calls = tables.has('CUPTI_ACTIVITY_KIND_RUNTIME');
  return `
WITH
executions AS (${executionsSql(tables)}),
launched AS (
  SELECT *, ${calls ? '(SELECT r."end" - r.start FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r WHERE r.globalPid = e.globalPid AND r.correlationId = e.correlationId LIMIT 1)' : 'NULL'} AS launchNs
  FROM executions AS e)
SELECT graph, globalPid / 0x1000000 % 0x1000000 AS process, deviceId AS device, traced, COUNT(*) AS executions, MAX(nodes) AS nodes,
  SUM("end" - start) / 1e6 AS totalMs, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e3 AS maxUs, SUM(workNs) / 1e6 AS workMs,
  ${calls ? 'COUNT(launchNs)' : 'NULL'} AS launches, median(launchNs) / 1e3 AS medianLaunchUs
FROM launched GROUP BY graph, globalPid, deviceId, traced ORDER BY totalMs DESC, graph, process, device`;
};

const instantiationsSql = `
SELECT COUNT(*) AS instantiations, COALESCE(SUM("end" - start), 0) / 1e6 AS instantiationMs
FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE value GLOB 'cudaGraphInstantiate*' OR value GLOB 'cuGraphInstantiate*')`;

export const graphs = defineTool({
  name: 'graphs',
  aliases: ['nsys_sql_graphs', 'cuda_graphs'],
  summary: 'CUDA graphs: how often each ran, for how long, with how many nodes, and what launching it cost',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, limit }) {
    const tables = tablesOf(db);
    const all = db.prepare<[object], z.infer<typeof row>>(sqlOf(tables)).all({ device });
    const made = tables.has('CUPTI_ACTIVITY_KIND_RUNTIME') ? db.prepare<[], { instantiations: number; instantiationMs: number }>(instantiationsSql).get() : undefined;
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    return {
      ...firstRows(all, limit),
      facts: { graphs: all.length, executions: sum(({ executions }) => executions), totalMs: sum(({ totalMs }) => totalMs), instantiations: made?.instantiations ?? null, instantiationMs: made?.instantiationMs ?? null },
      notes: notesOf(db, all),
    };
  },
});

function notesOf(db: ProfileDatabase, all: readonly z.infer<typeof row>[]): string[] {
  if (all.length === 0) return [noneSeen(db)];
  const mode = db.prepare<[], string>("SELECT value FROM META_DATA_CAPTURE WHERE name = 'CUDA_GRAPH_TRACE_OPTIONS:MODE'").pluck();
  const said = tablesOf(db).has('META_DATA_CAPTURE') ? mode.get() : undefined;
  const notes = all.some(({ traced }) => traced === 'whole') ? [`The kernels of graphs that were traced as a whole${said === undefined ? '' : ` (mode ${said})`} are not seen. Profile with --cuda-graph-trace=node to see them; that costs more.`] : [];
  const lost = all.filter(({ launches, executions }) => launches !== null && launches < executions).length;
  if (lost > 0) notes.push(`${lost} of ${all.length} graphs ran more often than their launches are in the profile: those launches were before it began, or were lost with a slice.`);
  return notes;
}

const launchesSql = `
SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE nameId IN (SELECT id FROM StringIds WHERE value GLOB 'cudaGraphLaunch*' OR value GLOB 'cuGraphLaunch*')`;

/** Work may be of a graph without saying so: its node is a column that not every profile has. */
function noneSeen(db: ProfileDatabase): string {
  const launched = hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME') ? (db.prepare<[], number>(launchesSql).pluck().get() ?? 0) : 0;
  return launched === 0 ? 'No CUDA graph ran.' : `${launched} calls launched CUDA graphs, but what is in the profile does not say which work is of a graph. Profile with --cuda-graph-trace=node or =graph.`;
}
