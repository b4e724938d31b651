import { z } from 'zod';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({ limit: limitSchema });

const row = z.object({
  /** The call of the host, such as cudaStreamSynchronize. */
  call: z.string(),
  process: z.int(),
  thread: z.int(),
  count: z.int(),
  /** For which the thread was in the call. */
  totalMs: z.number(),
  medianUs: z.number(),
  maxMs: z.number(),
});

const facts = z.object({
  calls: z.int(),
  totalMs: z.number(),
  /** Waits that a stream has, not the host. */
  streamWaits: z.int(),
});

/**
 * Calls whose purpose is to wait, and copies that return when they are done. From the names that CUPTI gives, whose ending is the
 * version of the interface (_v7000, _v3020).
 */
const waits = `(name LIKE 'cuda%Synchronize%' OR name LIKE 'cu%Synchronize%' OR name GLOB 'cudaMemcpy_v*' OR name GLOB 'cudaMemcpy' OR name GLOB 'cuMemcpy[DH]to[DH]_v*'
  OR name LIKE 'cudaFree_v%' OR name LIKE 'cudaMemcpyToSymbol\\_v%' ESCAPE '\\' OR name LIKE 'cudaMemcpyFromSymbol\\_v%' ESCAPE '\\')`;

const sql = `
WITH
named AS (
  SELECT StringIds.value AS name, globalTid, "end" - start AS ns
  FROM CUPTI_ACTIVITY_KIND_RUNTIME JOIN StringIds ON StringIds.id = nameId)
SELECT name AS call, globalTid / 0x1000000 % 0x1000000 AS process, globalTid & 0xFFFFFF AS thread, COUNT(*) AS count, SUM(ns) / 1e6 AS totalMs,
  median(ns) / 1e3 AS medianUs, MAX(ns) / 1e6 AS maxMs
FROM named WHERE ${waits} GROUP BY name, globalTid ORDER BY SUM(ns) DESC, name, process, thread`;

export const sync = defineTool({
  name: 'sync',
  aliases: ['nsys_sql_sync'],
  summary: 'which calls of the host wait for a device, in which thread, for how long',
  needs: { CUPTI_ACTIVITY_KIND_RUNTIME: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { limit }) {
    const all = db.prepare<[], z.infer<typeof row>>(sql).all();
    const captured = hasTable(db, 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION');
    // Type 2: a stream waits for an event, and the host goes on.
    const streamWaits = captured ? (db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION WHERE syncType = 2').pluck().get() ?? 0) : 0;
    return {
      ...firstRows(all, limit),
      facts: { calls: all.reduce((sum, { count }) => sum + count, 0), totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0), streamWaits },
      notes: captured ? [] : ['Synchronizations were not captured by themselves: what streams waited for is not known.'],
    };
  },
});
