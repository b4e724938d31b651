import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool } from '../tool.js';
import { deviceSchema, kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  by: z.enum(['name', 'short', 'device', 'stream']).default('name').describe('What makes a row: the whole name with its template arguments, the function alone, a device, or a stream.'),
  device: deviceSchema,
  match: z.string().max(500).nullable().default(null).describe('Only kernels whose name contains this, in any letter case.'),
  limit: limitSchema,
});

const row = z.object({
  kernel: z.string(),
  device: z.int().nullable(),
  count: z.int(),
  totalMs: z.number(),
  /** Of the time of all kernels that were asked for, 0 to 1. */
  share: z.number(),
  meanUs: z.number(),
  medianUs: z.number(),
  minUs: z.number(),
  maxUs: z.number(),
});

const facts = z.object({ kernels: z.int(), totalMs: z.number(), devices: z.int() });

const groups = {
  name: { key: 'demangledName', label: 'whole.value', device: 'NULL' },
  short: { key: 'shortName', label: 'short.value', device: 'NULL' },
  device: { key: 'deviceId', label: "'device ' || deviceId", device: 'deviceId' },
  stream: { key: "deviceId || ' ' || streamId", label: "'stream ' || streamId", device: 'deviceId' },
} as const;

/** Time adds up over streams that run at once; for how long a device was busy, see `busy`. */
const sqlOf = ({ key, label, device }: (typeof groups)[keyof typeof groups]): string => `
WITH
asked AS (
  SELECT ${key} AS key, ${label} AS kernel, ${device} AS device, "end" - start AS ns
  FROM CUPTI_ACTIVITY_KIND_KERNEL
  LEFT JOIN StringIds AS whole ON whole.id = demangledName
  LEFT JOIN StringIds AS short ON short.id = shortName
  WHERE (:device IS NULL OR deviceId = :device) AND (:match IS NULL OR INSTR(LOWER(COALESCE(whole.value, short.value, '')), LOWER(:match)) > 0))
SELECT COALESCE(kernel, '(unnamed)') AS kernel, device, COUNT(*) AS count, SUM(ns) / 1e6 AS totalMs,
  COALESCE(1.0 * SUM(ns) / NULLIF((SELECT SUM(ns) FROM asked), 0), 0) AS share,
  AVG(ns) / 1e3 AS meanUs,
  median(ns) / 1e3 AS medianUs,
  MIN(ns) / 1e3 AS minUs, MAX(ns) / 1e3 AS maxUs
FROM asked GROUP BY key ORDER BY SUM(ns) DESC, kernel, device LIMIT :limit`;

const factsSql = `
SELECT COUNT(*) AS kernels, COALESCE(SUM("end" - start), 0) / 1e6 AS totalMs, COUNT(DISTINCT deviceId) AS devices
FROM CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds AS whole ON whole.id = demangledName LEFT JOIN StringIds AS short ON short.id = shortName
WHERE (:device IS NULL OR deviceId = :device) AND (:match IS NULL OR INSTR(LOWER(COALESCE(whole.value, short.value, '')), LOWER(:match)) > 0)`;

const countSql = ({ key }: (typeof groups)[keyof typeof groups]): string => `
SELECT COUNT(DISTINCT ${key}) FROM CUPTI_ACTIVITY_KIND_KERNEL LEFT JOIN StringIds AS whole ON whole.id = demangledName LEFT JOIN StringIds AS short ON short.id = shortName
WHERE (:device IS NULL OR deviceId = :device) AND (:match IS NULL OR INSTR(LOWER(COALESCE(whole.value, short.value, '')), LOWER(:match)) > 0)`;

export const kernels = defineTool({
  name: 'kernels',
  aliases: ['nsys_sql_kernels', 'top_kernels'],
  summary: 'the kernels with the most time on the devices, by name, device or stream',
  needs: { CUPTI_ACTIVITY_KIND_KERNEL: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { by, device, match, limit }) {
    const asked = { device, match };
    const rows = db.prepare<[object], z.infer<typeof row>>(sqlOf(groups[by])).all({ ...asked, limit });
    const all = db.prepare<[object], number>(countSql(groups[by])).pluck().get(asked) ?? 0;
    const facts = db.prepare<[object], { kernels: number; totalMs: number; devices: number }>(factsSql).get(asked) ?? { kernels: 0, totalMs: 0, devices: 0 };
    return { rows, more: all - rows.length, facts, notes: graphNotes(db) };
  },
});

/** What kernels are hidden in graphs that were traced as a whole. */
function graphNotes(db: ProfileDatabase): string[] {
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE')) return [];
  const count = db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_GRAPH_TRACE').pluck().get() ?? 0;
  return count === 0 ? [] : [`${count} launches of CUDA graphs were traced as a whole: the kernels in them are not among these. Profile with --cuda-graph-trace=node to see them.`];
}
