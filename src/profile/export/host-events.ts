import type { ProfileDatabase } from '../tools/open.js';
import { processNumber } from '../tools/process-number.js';
import { hasTable } from '../tools/tables.js';
import type { ChromeEvent } from './event.js';
import type { Tracks } from './tracks.js';

interface Call {
  start: number;
  took: number | null;
  process: number;
  thread: number;
  name: string | null;
  correlation: number | null;
}

const common = `start - CAST(:first AS INTEGER) AS start, "end" - start AS took, ${processNumber('globalTid')} AS process, globalTid & 0xFFFFFF AS thread`;
const callSql = `SELECT ${common}, value AS name, correlationId AS correlation FROM CUPTI_ACTIVITY_KIND_RUNTIME LEFT JOIN StringIds ON StringIds.id = nameId`;
const systemSql = `SELECT ${common}, value AS name, NULL AS correlation FROM OSRT_API LEFT JOIN StringIds ON StringIds.id = nameId`;
const rangeSql = `SELECT ${common}, COALESCE(text, value) AS name, NULL AS correlation, eventType FROM NVTX_EVENTS LEFT JOIN StringIds ON StringIds.id = textId WHERE eventType IN (34, 59, 60)`;

/** Calls and ranges of threads. Ranges that are started and ended, which need not nest, are asynchronous; one without an end stays open. */
export function* hostEvents(db: ProfileDatabase, tracks: Tracks, first: bigint): Generator<ChromeEvent> {
  const rows = <Row extends Call>(table: string, sql: string): Iterable<Row> => (hasTable(db, table) ? db.prepare<[object], Row>(sql).iterate({ first }) : []);
  const span = ({ start, took, process, thread, name, correlation }: Call, cat: string): ChromeEvent => ({
    ph: 'X', cat, name: name ?? '(unnamed)', ...tracks.thread(process, thread), startNs: start, durationNs: took ?? 0, ...(correlation === null ? {} : { args: { correlation } }),
  });
  for (const call of rows('CUPTI_ACTIVITY_KIND_RUNTIME', callSql)) yield span(call, 'cuda_runtime');
  for (const call of rows('OSRT_API', systemSql)) yield span(call, 'os_runtime');
  let id = 0;
  for (const range of rows<Call & { eventType: number }>('NVTX_EVENTS', rangeSql)) {
    const { start, took, eventType, process, thread, name } = range;
    const event = { cat: 'user_annotation', name: name ?? '(unnamed)', ...tracks.thread(process, thread), startNs: start };
    if (eventType === 34) yield { ph: 'i', ...event };
    else if (took === null) yield { ph: 'B', ...event };
    else if (eventType === 59) yield span(range, 'user_annotation');
    else {
      id += 1;
      yield { ph: 'b', ...event, cat: 'range', id };
      yield { ph: 'e', ...event, cat: 'range', id, startNs: start + took };
    }
  }
}
