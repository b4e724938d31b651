import { z } from 'zod';
import { outermostCall } from '../os-calls.js';
import { defineTool, firstRows } from '../tool.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({ call: z.string(), count: z.int(), totalMs: z.number(), /** Of the time of all calls, 0 to 1. */ share: z.number(), meanUs: z.number(), medianUs: z.number(), maxUs: z.number(), /** Calls that returned an error. */ failed: z.int() });

const facts = z.object({ calls: z.int(), totalMs: z.number(), threads: z.int() });

/** `from`: a table, or what of it counts. */
const sqlOf = (from: string): string => `
WITH calls AS (SELECT * FROM ${from})
SELECT COALESCE(StringIds.value, '(unnamed)') AS call, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs,
  COALESCE(1.0 * SUM("end" - start) / NULLIF((SELECT SUM("end" - start) FROM calls), 0), 0) AS share,
  AVG("end" - start) / 1e3 AS meanUs, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e3 AS maxUs,
  COUNT(CASE WHEN returnValue <> 0 THEN 1 END) AS failed
FROM calls LEFT JOIN StringIds ON StringIds.id = nameId
GROUP BY nameId ORDER BY SUM("end" - start) DESC, call`;

const factsSqlOf = (from: string): string => `SELECT COUNT(*) AS calls, COALESCE(SUM("end" - start), 0) / 1e6 AS totalMs, COUNT(DISTINCT globalTid) AS threads FROM ${from}`;

function sumTool({ name, aliases, summary, table, where, captured }: { name: string; aliases: string[]; summary: string; table: string; where?: string; captured: string }) {
  const from = where === undefined ? table : `${table} WHERE ${where}`;
  return defineTool({
    name,
    aliases,
    summary,
    needs: { [table]: captured },
    input,
    row,
    facts,
    run(db, { limit }) {
      const all = db.prepare<[], z.infer<typeof row>>(sqlOf(from)).all();
      return { ...firstRows(all, limit), facts: db.prepare<[], z.infer<typeof facts>>(factsSqlOf(from)).get() as z.infer<typeof facts>, notes: [] };
    },
  });
}

export const apiSum = sumTool({ name: 'api_sum', aliases: ['cuda_api_sum'], summary: 'calls of CUDA by their time on the host', table: 'CUPTI_ACTIVITY_KIND_RUNTIME', captured: kernelsCaptured });

export const osrtSum = sumTool({ name: 'osrt_sum', aliases: [], summary: 'calls of the operating system by their time: waiting, reading, locking; a call within another is part of that one', table: 'OSRT_API', where: outermostCall, captured: 'profile with `nsys profile -t osrt`' });
