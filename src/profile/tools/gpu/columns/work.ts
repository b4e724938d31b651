import { eachRow } from '../../each-row.js';
import { keptFor } from '../../kept.js';
import type { ProfileDatabase } from '../../open.js';
import { processNumber } from '../../process-number.js';
import { tablesOf } from '../../tables.js';
import { firstEvent } from '../extent.js';
import { grouped, picked, sortPlaces, type Column } from './sort-places.js';

/** What keeps a device busy. */
export const workKinds = ['kernel', 'graph', 'memcpy', 'memset'] as const;
export type WorkKind = (typeof workKinds)[number];

/** The table that a kind's rows are in. */
export const tableOf: Readonly<Record<WorkKind, string>> = {
  kernel: 'CUPTI_ACTIVITY_KIND_KERNEL',
  graph: 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE',
  memcpy: 'CUPTI_ACTIVITY_KIND_MEMCPY',
  memset: 'CUPTI_ACTIVITY_KIND_MEMSET',
};

/** All work of devices, by device and start, as columns of one length, which all who ask share. Times are nanoseconds from the profile's first event. */
export interface WorkColumns {
  device: Int32Array;
  /** -1 where the profile does not say. */
  stream: Int32Array;
  start: Float64Array;
  end: Float64Array;
  /** Place in workKinds. */
  kind: Uint8Array;
  /** Row id in the table of its kind: an import numbers them from 1. */
  row: Uint32Array;
  /** Of a kernel its short name's id, of a graph its number, of a copy its direction; -1 where there is none. */
  name: Float64Array;
  /** Of a kernel its whole name's id, -1 without one; of a copy 10000 * direction + 100 * kind of memory at its source + that at its target, 99 where not said; else 0. */
  detail: Float64Array;
  /** Which process launched it, see processNumber; -1 where the profile does not say. */
  process: Float64Array;
  /** What its launch is known by in its process; -1 where the profile does not say. */
  correlation: Float64Array;
}

const named: Readonly<Record<WorkKind, { name: string; detail: string }>> = {
  kernel: { name: 'shortName', detail: 'demangledName' },
  graph: { name: 'COALESCE(graphExecId, graphId)', detail: '0' },
  memcpy: { name: 'copyKind', detail: '10000 * copyKind + 100 * COALESCE(srcKind, 99) + COALESCE(dstKind, 99)' },
  memset: { name: 'NULL', detail: '0' },
};

type Row = [row: number, device: number, stream: number | null, start: number, end: number, name: number | null, detail: number | null, process: number | null, correlation: number | null];

/** Read once for each opened profile: 62 bytes a row. */
export function workColumns(db: ProfileDatabase): WorkColumns {
  return keptFor(db, 'work', () => inOrder(read(db)));
}

/** The same of one device, or of all. */
export function workOfDevice(db: ProfileDatabase, device: number | null): WorkColumns {
  const all = workColumns(db);
  if (device === null) return all;
  const from = all.device.indexOf(device);
  return part(all, from < 0 ? 0 : from, all.device.lastIndexOf(device) + 1);
}

/** The same of some devices. */
export function workOfDevices(db: ProfileDatabase, devices: readonly number[]): WorkColumns {
  const all = workColumns(db);
  const wanted = new Set(devices);
  const places = Uint32Array.from(all.device.keys()).filter((at) => wanted.has(all.device[at]!));
  return places.length === all.device.length ? all : mapped(all, (column) => picked(column, places));
}

/** Times in nanoseconds from the profile's first event. `stream`: null where the profile does not say. `row`: in the table of its kind. */
export type VisitWork = (device: number, stream: number | null, start: number, end: number, kind: WorkKind, row: number) => void;

/** All work of devices, or of one, each device's in the order of its starts. */
export function eachWork(db: ProfileDatabase, device: number | null, visit: VisitWork): void {
  const work = workOfDevice(db, device);
  for (let i = 0; i < work.device.length; i++) visit(work.device[i]!, work.stream[i]! < 0 ? null : work.stream[i]!, work.start[i]!, work.end[i]!, workKinds[work.kind[i]!]!, work.row[i]!);
}

/** A stretch of the columns, without a copy. */
export function part(columns: WorkColumns, from: number, to: number): WorkColumns {
  return mapped(columns, (column) => column.subarray(from, to));
}

/** In the order of rows: SQLite reads a whole table twice as fast as it looks its rows up in the order of an index. */
function read(db: ProfileDatabase): WorkColumns {
  const tables = tablesOf(db);
  const kinds = workKinds.filter((kind) => tables.has(tableOf[kind]));
  const size = kinds.reduce((sum, kind) => sum + (db.prepare<[], number>(`SELECT COUNT(*) FROM ${tableOf[kind]} WHERE deviceId IS NOT NULL`).pluck().get() ?? 0), 0);
  const doubles = (): Float64Array => new Float64Array(size);
  const columns = { device: new Int32Array(size), stream: new Int32Array(size), start: doubles(), end: doubles(), kind: new Uint8Array(size), row: new Uint32Array(size), name: doubles(), detail: doubles(), process: doubles(), correlation: doubles() };
  const origin = firstEvent(db);
  let at = 0;
  for (const label of kinds) {
    const kind = workKinds.indexOf(label);
    const sql = `SELECT rowid AS row, deviceId, streamId, start - :origin AS start, "end" - :origin AS ended, ${named[label].name} AS name, ${named[label].detail} AS detail, ${processNumber('globalPid')} AS process, correlationId
      FROM ${tableOf[label]} WHERE deviceId IS NOT NULL`;
    eachRow<Row>(db, sql, { origin }, (row, device, stream, start, end, name, detail, process, correlation) => {
      columns.device[at] = device;
      columns.stream[at] = stream ?? -1;
      columns.start[at] = start;
      columns.end[at] = end;
      columns.kind[at] = kind;
      columns.row[at] = row;
      columns.name[at] = name ?? -1;
      columns.detail[at] = detail ?? -1;
      columns.process[at] = process ?? -1;
      columns.correlation[at++] = correlation ?? -1;
    });
  }
  return columns;
}

/** By device and start; what begins at once by its kind, then by its end. */
function inOrder(columns: WorkColumns): WorkColumns {
  const { device, start, end, kind } = columns;
  const places = grouped(device);
  sortPlaces(places, (a, b) => {
    if (device[a] !== device[b]) return device[a]! > device[b]!;
    if (start[a] !== start[b]) return start[a]! > start[b]!;
    return kind[a] === kind[b] ? end[a]! > end[b]! : kind[a]! > kind[b]!;
  });
  return mapped(columns, (column) => picked(column, places));
}

const mapped = (columns: WorkColumns, change: (column: Column) => Column): WorkColumns => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column as Column)])) as unknown as WorkColumns;
