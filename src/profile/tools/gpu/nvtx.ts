import { z } from 'zod';
import { tablesOf } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { limitSchema } from './support.js';

const input = z.object({
  match: z.string().max(500).nullable().default(null).describe('Only ranges whose text contains this, in any letter case.'),
  limit: limitSchema,
});

const row = z.object({
  range: z.string(),
  count: z.int(),
  /** On the host, from push to pop or start to end. */
  totalMs: z.number(),
  medianMs: z.number(),
  maxMs: z.number(),
  /** Of kernels that were launched within these ranges, on the devices; null where launches were not captured. */
  gpuMs: z.number().nullable(),
  kernels: z.int().nullable(),
});

const facts = z.object({ ranges: z.int(), open: z.int(), marks: z.int(), names: z.int() });

/** SQL over NVTX_EVENTS and its StringIds. PyTorch numbers each range of an operator: "aten::mm, op_id = 317126", "MulBackward0, seq = 12, op_id = 7, sizes = [[2]]". */
export const rangeName = `
  CASE
    WHEN INSTR(COALESCE(text, StringIds.value), ', seq = ') > 0 THEN SUBSTR(COALESCE(text, StringIds.value), 1, INSTR(COALESCE(text, StringIds.value), ', seq = ') - 1)
    WHEN INSTR(COALESCE(text, StringIds.value), ', op_id = ') > 0 THEN SUBSTR(COALESCE(text, StringIds.value), 1, INSTR(COALESCE(text, StringIds.value), ', op_id = ') - 1)
    ELSE COALESCE(text, StringIds.value, '(unnamed)') END`;

/** Event types of NVTX (Nsight Systems User Guide): 59 push and pop, 60 start and end, 34 a mark. An open range has no end. */
const ranges = `
ranges AS (
  SELECT ${rangeName} AS name, start, "end", globalTid
  FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId
  WHERE eventType IN (59, 60) AND "end" IS NOT NULL
    AND (:match IS NULL OR INSTR(LOWER(COALESCE(text, StringIds.value, '')), LOWER(:match)) > 0))`;

const sql = `
WITH ${ranges}
SELECT name AS range, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, median("end" - start) / 1e6 AS medianMs, MAX("end" - start) / 1e6 AS maxMs
FROM ranges GROUP BY name ORDER BY totalMs DESC, name`;

/** A launch belongs to every range of its thread around it; to ranges of one name that nest, once. */
const projectionSql = `
WITH ${ranges},
asked AS (SELECT value AS name FROM json_each(:names)),
launched AS (
  SELECT DISTINCT ranges.name, k.rowid AS kernel, k."end" - k.start AS ns
  FROM asked JOIN ranges USING (name)
  JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r ON r.globalTid = ranges.globalTid AND r.start >= ranges.start AND r.start <= ranges."end"
  JOIN CUPTI_ACTIVITY_KIND_KERNEL AS k ON k.globalPid = r.globalPid AND k.correlationId = r.correlationId)
SELECT name, COUNT(*) AS kernels, SUM(ns) / 1e6 AS gpuMs FROM launched GROUP BY name`;

const factsSql = `
SELECT COUNT(CASE WHEN eventType IN (59, 60) THEN 1 END) AS ranges, COUNT(CASE WHEN eventType IN (59, 60) AND "end" IS NULL THEN 1 END) AS open,
  COUNT(CASE WHEN eventType = 34 THEN 1 END) AS marks FROM NVTX_EVENTS`;

export const nvtx = defineTool({
  name: 'nvtx',
  aliases: ['nsys_sql_nvtx'],
  summary: 'ranges of NVTX: how long on the host, and what they made the devices do',
  needs: { NVTX_EVENTS: 'profile with `nsys profile -t nvtx`, and mark the program\'s phases with NVTX' },
  input,
  row,
  facts,
  run(db, { match, limit }) {
    const there = tablesOf(db);
    const all = db.prepare<[object], Omit<z.infer<typeof row>, 'gpuMs' | 'kernels'>>(sql).all({ match });
    const { rows, more } = firstRows(all, limit);
    const projected = there.has('CUPTI_ACTIVITY_KIND_KERNEL') && there.has('CUPTI_ACTIVITY_KIND_RUNTIME');
    const found = projected ? db.prepare<[object], { name: string; kernels: number; gpuMs: number }>(projectionSql).all({ match, names: JSON.stringify(rows.map(({ range }) => range)) }) : [];
    const onDevices = new Map(found.map((one) => [one.name, one]));
    return {
      rows: rows.map((one) => ({ ...one, gpuMs: projected ? (onDevices.get(one.range)?.gpuMs ?? 0) : null, kernels: projected ? (onDevices.get(one.range)?.kernels ?? 0) : null })),
      more,
      facts: { ...(db.prepare<[], Omit<z.infer<typeof facts>, 'names'>>(factsSql).get() ?? { ranges: 0, open: 0, marks: 0 }), names: all.length },
      notes: projected ? [] : ['Kernels and their launches were not both captured: what ranges made the devices do is not known.'],
    };
  },
});
