import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool, firstRows } from '../tool.js';
import type { PointsOfCall } from './call-points.js';
import { callColumns } from './columns/calls.js';
import { openRangeNotes } from './open-ranges.js';
import { sweepRanges } from './range-sweep.js';
import { kernelsCaptured, limitSchema } from './support.js';

const input = z.object({
  by: z.enum(['call', 'range']).default('call').describe('What makes a row, in each thread: a call, or a call within the innermost range of NVTX around it.'),
  limit: limitSchema,
});

const row = z.object({
  /** The call of the host, such as cudaStreamSynchronize. */
  call: z.string(),
  process: z.int(),
  thread: z.int(),
  /** As the program or the operating system calls it; null where that was not captured. */
  threadName: z.string().nullable(),
  /** Asked for by range: the innermost one around the call, null where there is none. */
  range: z.string().nullable().optional(),
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

const waitingNames = `SELECT id FROM (SELECT id, value AS name FROM StringIds) WHERE ${waits}`;

const sqlOf = (by: 'call' | 'range', threadNames: boolean): string => `
SELECT StringIds.value AS call, globalTid / 0x1000000 % 0x1000000 AS process, globalTid & 0xFFFFFF AS thread,
  ${threadNames ? '(SELECT value FROM ThreadNames JOIN StringIds ON StringIds.id = ThreadNames.nameId WHERE ThreadNames.globalTid = r.globalTid LIMIT 1)' : 'NULL'} AS threadName,
  ${by === 'range' ? 'range_of(r.rowid) AS range,' : ''}
  COUNT(*) AS count, SUM("end" - start) / 1e6 AS totalMs, median("end" - start) / 1e3 AS medianUs, MAX("end" - start) / 1e6 AS maxMs
FROM CUPTI_ACTIVITY_KIND_RUNTIME AS r JOIN StringIds ON StringIds.id = nameId WHERE nameId IN (${waitingNames})
GROUP BY call, r.globalTid${by === 'range' ? ', range' : ''} ORDER BY SUM("end" - start) DESC, call, process, thread`;

export const sync = defineTool({
  name: 'sync',
  aliases: ['nsys_sql_sync'],
  summary: 'which calls of the host wait for a device, in which thread and range, for how long',
  needs: { CUPTI_ACTIVITY_KIND_RUNTIME: kernelsCaptured },
  input,
  row,
  facts,
  run(db, { by, limit }) {
    if (by === 'range' && !hasTable(db, 'NVTX_EVENTS')) return { abstained: 'the profile has no NVTX_EVENTS, by which calls would be put into ranges: profile with `nsys profile -t cuda,nvtx`' };
    if (by === 'range') registerRangeOf(db);
    const all = db.prepare<[], z.infer<typeof row>>(sqlOf(by, hasTable(db, 'ThreadNames'))).all();
    const captured = hasTable(db, 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION');
    // Type 2: a stream waits for an event, and the host goes on.
    const streamWaits = captured ? (db.prepare<[], number>('SELECT COUNT(*) FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION WHERE syncType = 2').pluck().get() ?? 0) : 0;
    return {
      ...firstRows(all, limit),
      facts: { calls: all.reduce((sum, { count }) => sum + count, 0), totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0), streamWaits },
      notes: [...(by === 'range' ? openRangeNotes(db) : []), ...(captured ? [] : ['Synchronizations were not captured by themselves: what streams waited for is not known.'])],
    };
  },
});

/** Gives SQL the function `range_of(rowid)` of a waiting call. */
function registerRangeOf(db: ProfileDatabase): void {
  const ranges = new Map<number, string>();
  const calls = callColumns(db);
  const waiting = new Set(db.prepare<[], number>(waitingNames).pluck().all());
  const waits: PointsOfCall = (call, point) => {
    if (waiting.has(calls.name[call]!)) point(calls.row[call]!);
  };
  sweepRanges<string>(db, waits, {
    begin: ({ name }) => name,
    point(_around, innermost, row) {
      if (innermost !== null) ranges.set(row, innermost);
    },
  });
  db.function('range_of', { deterministic: true }, (call: unknown) => ranges.get(call as number) ?? null);
}
