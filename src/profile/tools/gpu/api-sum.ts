import { z } from 'zod';
import { defineTool, firstRows } from '../tool.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({ call: z.string(), count: z.int(), totalMs: z.number(), /** Of the time of all calls, 0 to 1. */ share: z.number(), meanUs: z.number(), medianUs: z.number(), maxUs: z.number(), /** Calls that returned an error. */ failed: z.int() });

const facts = z.object({ calls: z.int(), totalMs: z.number(), threads: z.int() });

const sqlOf = (table: string): string => `
SELECT COALESCE(StringIds.value, '(unnamed)') AS call, COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs,
  COALESCE(1.0 * SUM("end" - start) / NULLIF((SELECT SUM("end" - start) FROM ${table}), 0), 0) AS share,
  AVG("end" - start) / 1e3 AS meanUs, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e3 AS maxUs,
  COUNT(CASE WHEN returnValue <> 0 THEN 1 END) AS failed
FROM ${table} LEFT JOIN StringIds ON StringIds.id = nameId
GROUP BY nameId ORDER BY SUM("end" - start) DESC, call`;

const factsSqlOf = (table: string): string => `SELECT COUNT(*) AS calls, COALESCE(SUM("end" - start), 0) / 1e6 AS totalMs, COUNT(DISTINCT globalTid) AS threads FROM ${table}`;

function sumTool({ name, aliases, summary, table, captured }: { name: string; aliases: string[]; summary: string; table: string; captured: string }) {
  return defineTool({
    name,
    aliases,
    summary,
    needs: { [table]: captured },
    input,
    row,
    facts,
    run(db, { limit }) {
      const all = db.prepare<[], z.infer<typeof row>>(sqlOf(table)).all();
      return { ...firstRows(all, limit), facts: db.prepare<[], z.infer<typeof facts>>(factsSqlOf(table)).get() as z.infer<typeof facts>, notes: [] };
    },
  });
}

export const apiSum = sumTool({ name: 'api_sum', aliases: ['cuda_api_sum'], summary: 'calls of CUDA by their time on the host', table: 'CUPTI_ACTIVITY_KIND_RUNTIME', captured: kernelsCaptured });

export const osrtSum = sumTool({ name: 'osrt_sum', aliases: [], summary: 'calls of the operating system by their time: waiting, reading, locking', table: 'OSRT_API', captured: 'profile with `nsys profile -t osrt`' });
