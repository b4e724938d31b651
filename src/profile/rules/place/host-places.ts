import type { Asked } from '../asked.js';

/** What surrounds a call of the host in the profile, the innermost first. */
export interface CallContext {
  /** Texts of the ranges of its thread around it. */
  ranges: string[];
  /** Its call chain, where that was captured. */
  frames: { symbol: string; module: string }[];
}

/** A range that began this many ranges of its thread earlier is only found among the long ones. */
const lookBack = 500;
const longRanges = 200;
const mostFrames = 64;

const rangesSql = `
SELECT text FROM (
  SELECT COALESCE(NVTX_EVENTS.text, StringIds.value) AS text, start, "end" FROM (
    SELECT * FROM NVTX_EVENTS WHERE globalTid = :tid AND start <= :start ORDER BY start DESC LIMIT ${lookBack}) AS NVTX_EVENTS
  LEFT JOIN StringIds ON StringIds.id = textId WHERE eventType IN (59, 60) AND "end" >= :start
  UNION
  SELECT text, start, "end" FROM json_each(:long) AS one CROSS JOIN (SELECT 1) JOIN (
    SELECT NVTX_EVENTS.rowid AS row, COALESCE(NVTX_EVENTS.text, StringIds.value) AS text, start, "end", globalTid FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId) ON row = one.value
  WHERE globalTid = :tid AND start <= :start AND "end" >= :start)
WHERE text IS NOT NULL ORDER BY start DESC`;

const longSql = `
SELECT json_group_array(row) FROM (
  SELECT rowid AS row FROM NVTX_EVENTS WHERE eventType IN (59, 60) AND "end" IS NOT NULL ORDER BY "end" - start DESC LIMIT ${longRanges})`;

const framesSql = `
SELECT symbol.value AS symbol, module.value AS module FROM CUDA_CALLCHAINS
LEFT JOIN StringIds AS symbol ON symbol.id = CUDA_CALLCHAINS.symbol LEFT JOIN StringIds AS module ON module.id = CUDA_CALLCHAINS.module
WHERE CUDA_CALLCHAINS.id = ? ORDER BY stackDepth LIMIT ${mostFrames}`;

/** For a row of CUPTI_ACTIVITY_KIND_RUNTIME, or for another moment of its thread (nanoseconds from the first event). */
export function contextOf(asked: Asked, row: number, moment?: number): CallContext {
  const { db, tables } = asked;
  const call = db.prepare<[number], { tid: bigint; start: bigint; chain: bigint | null }>('SELECT globalTid AS tid, start, callchainId AS chain FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE rowid = ?').safeIntegers().get(row);
  if (call === undefined) return { ranges: [], frames: [] };
  const start = moment === undefined ? call.start : asked.origin + BigInt(Math.round(moment));
  const long = tables.has('NVTX_EVENTS') ? asked.once('long ranges', () => db.prepare<[], string>(longSql).pluck().get() ?? '[]') : '[]';
  const ranges = tables.has('NVTX_EVENTS') ? db.prepare<[object], string>(rangesSql).pluck().all({ tid: call.tid, start, long }) : [];
  const frames = tables.has('CUDA_CALLCHAINS') && call.chain !== null && moment === undefined ? db.prepare<[bigint], { symbol: string | null; module: string | null }>(framesSql).all(call.chain) : [];
  return { ranges, frames: frames.map(({ symbol, module }) => ({ symbol: symbol ?? '', module: module ?? '' })) };
}
