import { z } from 'zod';
import type { ProfileDatabase } from '../open.js';
import { hasTable } from '../tables.js';
import { defineTool } from '../tool.js';
import { deviceSchema, firstEvent, limitSchema, workCaptured } from './support.js';
import { reached } from './union.js';

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
  /** The calls of CUDA in which the host was meanwhile, the longest first, with their time within the gap. */
  host: z.array(z.object({ call: z.string(), ms: z.number(), thread: z.int() })),
});

const facts = z.object({
  gaps: z.int(),
  totalMs: z.number(),
  /** Over all devices together, 0 to 1 of the time between first and last work. */
  idleShare: z.number(),
  /** How many there are by their length. */
  lengths: z.object({ under10us: z.int(), to100us: z.int(), to1ms: z.int(), to10ms: z.int(), longer: z.int() }),
});

const gapsSql = `
WITH reaching AS (SELECT deviceId, start, "end", ${reached('deviceId')} FROM PERFLOOP_DEVICE_WORK WHERE :device IS NULL OR deviceId = :device),
spans AS (SELECT SUM(span) AS ns FROM (SELECT MAX("end") - MIN(start) AS span FROM reaching GROUP BY deviceId)),
gaps AS (SELECT deviceId AS device, reached AS began, start AS ended FROM reaching WHERE start - reached >= :leastNs AND start > reached)`;

const factsSql = `${gapsSql}
SELECT COUNT(*) AS gaps, COALESCE(SUM(ended - began), 0) / 1e6 AS totalMs, COALESCE(1.0 * SUM(ended - began) / NULLIF((SELECT ns FROM spans), 0), 0) AS idleShare,
  COUNT(CASE WHEN ended - began < 10e3 THEN 1 END) AS under10us,
  COUNT(CASE WHEN ended - began >= 10e3 AND ended - began < 100e3 THEN 1 END) AS to100us,
  COUNT(CASE WHEN ended - began >= 100e3 AND ended - began < 1e6 THEN 1 END) AS to1ms,
  COUNT(CASE WHEN ended - began >= 1e6 AND ended - began < 10e6 THEN 1 END) AS to10ms,
  COUNT(CASE WHEN ended - began >= 10e6 THEN 1 END) AS longer
FROM gaps`;

const rowsSql = `${gapsSql} SELECT device, began, ended FROM gaps ORDER BY ended - began DESC, device, began LIMIT :limit`;

/** What has its last end, or its first start, there. */
const workAt = (column: 'start' | 'end'): string => `
SELECT kind, id FROM PERFLOOP_DEVICE_WORK WHERE deviceId = ? AND "${column}" = ? ORDER BY kind = 'kernel' DESC, id LIMIT 1`;

/** No call of a thread that overlaps the gap began earlier than its longest one lasts: so the index on (globalTid, start) serves. */
const hostSql = `
WITH threads AS MATERIALIZED (SELECT value ->> 0 AS globalTid, value ->> 1 AS longest FROM json_each(:threads))
SELECT COALESCE(StringIds.value, '(unnamed)') AS call, SUM(MIN("end", :ended) - MAX(start, :began)) / 1e6 AS ms, globalTid & 0xFFFFFF AS thread
FROM threads CROSS JOIN CUPTI_ACTIVITY_KIND_RUNTIME USING (globalTid) LEFT JOIN StringIds ON StringIds.id = nameId
WHERE start < :ended AND start >= :began - longest AND "end" > :began
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
    const asked = { device, leastNs: Math.round(leastUs * 1000) };
    const { gaps: count, totalMs, idleShare, ...lengths } = db.prepare<[object], Lengths>(factsSql).get(asked) as Lengths;
    const origin = firstEvent(db);
    const found = db.prepare<[object], { device: bigint; began: bigint; ended: bigint }>(rowsSql).safeIntegers().all({ ...asked, limit });
    const captured = hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME');
    const calls = captured ? db.prepare<[object], { call: string; ms: number; thread: number }>(hostSql) : null;
    const threads = captured ? (db.prepare<[], string>(threadsSql).pluck().get() ?? '[]') : '[]';
    const rows = found.map(({ device: on, began, ended }) => ({
      device: Number(on),
      atMs: Number(began - origin) / 1e6,
      ms: Number(ended - began) / 1e6,
      after: workNamed(db, on, 'end', began),
      before: workNamed(db, on, 'start', ended),
      host: calls?.all({ began, ended, threads }) ?? [],
    }));
    return { rows, more: count - rows.length, facts: { gaps: count, totalMs, idleShare, lengths }, notes: calls === null ? ['Calls of CUDA were not captured: what the host did is not known.'] : [] };
  },
});

interface Lengths {
  gaps: number;
  totalMs: number;
  idleShare: number;
  under10us: number;
  to100us: number;
  to1ms: number;
  to10ms: number;
  longer: number;
}

function workNamed(db: ProfileDatabase, device: bigint, column: 'start' | 'end', at: bigint): string {
  const work = db.prepare<[bigint, bigint], { kind: string; id: number }>(workAt(column)).get(device, at);
  if (work === undefined) return '?';
  if (work.kind !== 'kernel') return work.kind;
  return db.prepare<[number], string>('SELECT value FROM StringIds JOIN CUPTI_ACTIVITY_KIND_KERNEL ON shortName = StringIds.id WHERE CUPTI_ACTIVITY_KIND_KERNEL.rowid = ?').pluck().get(work.id) ?? '(unnamed kernel)';
}
