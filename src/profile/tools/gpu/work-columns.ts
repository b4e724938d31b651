import { eachRow } from '../each-row.js';
import { growingBytes, growingDoubles, growingIntegers } from '../growing.js';
import type { ProfileDatabase } from '../open.js';
import { tablesOf } from '../tables.js';
import type { WorkKind } from './device-work.js';
import { directions, labels } from './memcpy.js';

/** By their number in WorkColumns. */
export const workKinds: readonly WorkKind[] = ['kernel', 'graph', 'memcpy', 'memset'];

/** All work of devices, by device and start, as columns: for what has to look back and forth. Times are nanoseconds from `origin`. */
export interface WorkColumns {
  device: Int32Array;
  start: Float64Array;
  end: Float64Array;
  /** Place in workKinds. */
  kind: Uint8Array;
  /** Of a kernel its short name's id, of a graph its number, of a copy its direction; -1 where there is none. */
  name: Float64Array;
}

const parts: Readonly<Record<string, string>> = {
  CUPTI_ACTIVITY_KIND_KERNEL: '0 AS kind, COALESCE(shortName, -1) AS name',
  CUPTI_ACTIVITY_KIND_GRAPH_TRACE: '1 AS kind, COALESCE(graphExecId, graphId, -1) AS name',
  CUPTI_ACTIVITY_KIND_MEMCPY: '2 AS kind, copyKind AS name',
  CUPTI_ACTIVITY_KIND_MEMSET: '3 AS kind, -1 AS name',
};

/** Needs the view PERFLOOP_DEVICE_WORK. */
export function workColumns(db: ProfileDatabase, { device, origin }: { device: number | null; origin: bigint }): WorkColumns {
  const tables = tablesOf(db);
  const all = Object.entries(parts).filter(([table]) => tables.has(table)).map(([table, named]) => `SELECT deviceId, start, "end", ${named} FROM ${table} WHERE :device IS NULL OR deviceId = :device`);
  const columns = { device: growingIntegers(), start: growingDoubles(), end: growingDoubles(), kind: growingBytes(), name: growingDoubles() };
  eachRow<[number, number, number, number, number]>(db, `SELECT deviceId, start - :origin AS start, "end" - :origin AS "end", kind, name FROM (${all.join(' UNION ALL ')} ORDER BY deviceId, start)`, { device, origin }, (on, start, end, kind, name) => {
    columns.device.push(on);
    columns.start.push(start);
    columns.end.push(end);
    columns.kind.push(kind);
    columns.name.push(name);
  });
  return { device: columns.device.all(), start: columns.start.all(), end: columns.end.all(), kind: columns.kind.all(), name: columns.name.all() };
}

/** What people call a span of work. */
export function workNames(db: ProfileDatabase): (kind: number, name: number) => string {
  const direction = labels(db, 'ENUM_CUDA_MEMCPY_OPER', directions);
  const text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  return (kind, name) => {
    const of = workKinds[kind];
    if (of === 'graph') return name < 0 ? 'CUDA graph' : `CUDA graph ${name}`;
    if (of === 'memcpy') return `copy ${direction(name)}`;
    return of === 'memset' ? 'set of memory' : (text.get(name) ?? '(unnamed kernel)');
  };
}
