import { z } from 'zod';
import { entry } from '../entry.js';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool } from '../tool.js';
import { Top } from '../top.js';
import { eachWork, tableOf, type WorkKind } from './columns/work.js';
import { firstEvent } from './extent.js';
import { deviceSchema, limitSchema, workCaptured } from './support.js';
import { Union } from './union.js';

const input = z.object({
  device: deviceSchema,
  least_us: z.number().min(0).default(5).describe('Shorter ones are left out, in microseconds.'),
  limit: limitSchema,
});

const row = z.object({
  device: z.int(),
  /** Where it begins, from the first event of the profile. */
  atMs: z.number(),
  ms: z.number(),
  /** The work after which the device had none, and that which ended it. */
  after: z.string(),
  before: z.string(),
  /** The calls of CUDA in which the process of that work was meanwhile, or both processes, the longest first, with their time within the gap. */
  host: z.array(z.object({ call: z.string(), ms: z.number(), process: z.int(), thread: z.int() })),
});

const facts = z.object({
  /** Those that are not shorter than what was asked for. */
  gaps: z.int(),
  totalMs: z.number(),
  /** All gaps, the shortest too, over all devices together, 0 to 1 of the time between first and last work. */
  idleShare: z.number(),
  /** How many there are by their length. */
  lengths: z.object({ under10us: z.int(), to100us: z.int(), to1ms: z.int(), to10ms: z.int(), longer: z.int() }),
});

/** No call of a thread that overlaps the gap began earlier than its longest one lasts: so the index on (globalTid, start) serves. */
const hostSql = `
WITH threads AS MATERIALIZED (SELECT value ->> 0 AS globalTid, value ->> 1 AS longest FROM json_each(:threads))
SELECT COALESCE(StringIds.value, '(unnamed)') AS call, SUM(MIN("end", :ended) - MAX(start, :began)) / 1e6 AS ms, globalTid / 0x1000000 % 0x1000000 AS process, globalTid & 0xFFFFFF AS thread
FROM threads CROSS JOIN CUPTI_ACTIVITY_KIND_RUNTIME USING (globalTid) LEFT JOIN StringIds ON StringIds.id = nameId
WHERE (COALESCE(:after, :before) IS NULL OR globalTid & ~0xFFFFFF IN (:after, :before)) AND start < :ended AND start >= :began - longest AND "end" > :began
GROUP BY nameId, globalTid ORDER BY ms DESC, call LIMIT 3`;

const threadsSql = 'SELECT json_group_array(json_array(globalTid, longest)) FROM (SELECT globalTid, MAX("end" - start) AS longest FROM CUPTI_ACTIVITY_KIND_RUNTIME GROUP BY globalTid)';

export const gaps = defineTool({
  name: 'gaps',
  aliases: ['nsys_sql_gaps', 'gpu_idle'],
  summary: 'when a device had nothing to do, and what the host did meanwhile',
  needs: { PERFLOOP_DEVICE_WORK: workCaptured },
  input,
  row,
  facts,
  run(db, { device, least_us: leastUs, limit }) {
    const leastNs = Math.round(leastUs * 1000);
    const devices = new Map<number, { union: Union; last: Work }>();
    const longest = new Top<Gap>(limit, (a, b) => b.ended - b.began - (a.ended - a.began) || a.device - b.device || a.began - b.began);
    const lengths = { under10us: 0, to100us: 0, to1ms: 0, to10ms: 0, longer: 0 };
    let count = 0;
    let totalNs = 0;
    let idleNs = 0;
    eachWork(db, device, (on, _stream, start, end, kind, id) => {
      const seen = entry(devices, on, () => ({ union: new Union(), last: { kind, id } }));
      const { reached } = seen.union;
      const ns = seen.union.add(start, end);
      idleNs += ns;
      if (ns > 0 && ns >= leastNs) {
        count += 1;
        totalNs += ns;
        lengths[ns < 1e4 ? 'under10us' : ns < 1e5 ? 'to100us' : ns < 1e6 ? 'to1ms' : ns < 1e7 ? 'to10ms' : 'longer'] += 1;
        longest.add({ device: on, began: reached, ended: start, after: seen.last, before: { kind, id } });
      }
      if (end > reached) seen.last = { kind, id };
    });
    const spanNs = [...devices.values()].reduce((sum, { union }) => sum + union.span, 0);
    const origin = Number(firstEvent(db));
    const captured = hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME');
    const calls = captured ? db.prepare<[object], { call: string; ms: number; process: number; thread: number }>(hostSql) : null;
    const threads = captured ? (db.prepare<[], string>(threadsSql).pluck().get() ?? '[]') : '[]';
    const rows = longest.first().map(({ device: on, began, ended, after, before }) => ({
      device: on,
      atMs: began / 1e6,
      ms: (ended - began) / 1e6,
      after: workNamed(db, after),
      before: workNamed(db, before),
      host: calls?.all({ began: began + origin, ended: ended + origin, threads, after: processOf(db, after), before: processOf(db, before) }) ?? [],
    }));
    return { rows, more: count - rows.length, facts: { gaps: count, totalMs: totalNs / 1e6, idleShare: spanNs > 0 ? idleNs / spanNs : 0, lengths }, notes: calls === null ? ['Calls of CUDA were not captured: what the host did is not known.'] : [] };
  },
});

interface Work {
  kind: WorkKind;
  id: number;
}

/** Nanoseconds from the profile's first event. */
interface Gap {
  device: number;
  began: number;
  ended: number;
  after: Work;
  before: Work;
}

/** As nsys writes it; null where it was not captured. */
function processOf(db: ProfileDatabase, { kind, id }: Work): bigint | null {
  return db.prepare<[number], bigint | null>(`SELECT globalPid FROM ${tableOf[kind]} WHERE rowid = ?`).pluck().safeIntegers().get(id) ?? null;
}

function workNamed(db: ProfileDatabase, { kind, id }: Work): string {
  if (kind !== 'kernel') return kind;
  return db.prepare<[number], string>('SELECT value FROM StringIds JOIN CUPTI_ACTIVITY_KIND_KERNEL ON shortName = StringIds.id WHERE CUPTI_ACTIVITY_KIND_KERNEL.rowid = ?').pluck().get(id) ?? '(unnamed kernel)';
}
