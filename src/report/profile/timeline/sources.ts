import { processNumber } from '../../../profile/tools/process-number.js';
import type { TrackKind } from './timeline.js';

/**
 * A row of an event: times in nanoseconds from the first event; `what` is the id of its text, or a number of its kind; `owner` the
 * number of a thread's process or the device; `part` the thread or stream; `key` the correlation id; `also` the short name or a text of its own;
 * `launcher` the number of the process that launched it (processNumber).
 */
export type EventRow = [start: number, end: number, what: number | null, owner: number | null, part: number | null, key: number | null, also: number | string | null, launcher: number | null];

export interface Source {
  table: string;
  kind: TrackKind;
  isDevice: boolean;
  sql: string;
}

interface Columns {
  end?: string;
  what: string;
  key?: string;
  also?: string;
  where?: string;
}

const hostSource = (table: string, kind: TrackKind, { end = '"end"', what, key = 'NULL', also = 'NULL', where = '1' }: Columns): Source => ({
  table, kind, isDevice: false,
  sql: `SELECT start - :origin, ${end} - :origin, ${what}, ${processNumber('globalTid')}, globalTid & 0xFFFFFF, ${key}, ${also}, ${processNumber('globalTid')} FROM ${table} WHERE ${where} ORDER BY start, "end" DESC`,
});

const deviceSource = (table: string, kind: TrackKind, { what, also = 'NULL' }: Columns): Source => ({
  table, kind, isDevice: true,
  sql: `SELECT start - :origin, "end" - :origin, ${what}, deviceId, streamId, correlationId, ${also}, ${processNumber('globalPid')} FROM ${table} ORDER BY start, "end" DESC`,
});

/** Where events with a time are, kind by kind. Types of NVTX: 59 push and pop, 60 start and end, 34 a mark; an open range has no end. */
export const sources: readonly Source[] = [
  deviceSource('CUPTI_ACTIVITY_KIND_KERNEL', 'kernel', { what: 'COALESCE(demangledName, shortName)', also: 'shortName' }),
  deviceSource('CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'graph', { what: 'graphId' }),
  deviceSource('CUPTI_ACTIVITY_KIND_MEMCPY', 'copy', { what: 'copyKind' }),
  deviceSource('CUPTI_ACTIVITY_KIND_MEMSET', 'set', { what: 'NULL' }),
  hostSource('NVTX_EVENTS', 'range', { what: 'textId', also: 'text', where: 'eventType IN (59, 60) AND "end" IS NOT NULL' }),
  hostSource('NVTX_EVENTS', 'open', { what: 'textId', also: 'text', where: 'eventType IN (59, 60) AND "end" IS NULL', end: ':last' }),
  hostSource('NVTX_EVENTS', 'mark', { what: 'textId', also: 'text', where: 'eventType = 34', end: 'start' }),
  hostSource('CUPTI_ACTIVITY_KIND_RUNTIME', 'call', { what: 'nameId', key: 'correlationId' }),
  hostSource('OSRT_API', 'system', { what: 'nameId' }),
];
