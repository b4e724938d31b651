import { eachRow } from '../../each-row.js';
import { entry } from '../../entry.js';
import { growingIntegers, type Growing } from '../../growing.js';
import type { ProfileDatabase } from '../../open.js';
import { processNumber } from '../../process-number.js';
import { hasTable } from '../../tables.js';
import { callColumns, type CallColumns, type CallThread } from '../columns/calls.js';
import { launchesOf } from '../columns/launches.js';
import { picked, sortPlaces } from '../columns/sort-places.js';
import { workColumns, workKinds, type WorkColumns } from '../columns/work.js';

/** Names of work that has none of its own; kernels have the id of their short name, copies `copy` less their kind. */
export const workName = { unnamed: -1, graph: -2, set: -3, copy: -4 } as const;

/** Whether work copies or sets memory. */
export const movesMemory = (name: number): boolean => name <= workName.set;

type List = Int32Array<ArrayBuffer>;

/** Work of one process on devices, as columns, by device and start. Times are nanoseconds from the profile's first event. */
export interface Operations {
  start: Float64Array;
  end: Float64Array;
  device: Int32Array;
  stream: Int32Array;
  name: Float64Array;
  /** Place of the call that launched it, in CallColumns; -1 where that is not in the profile. */
  call: Int32Array;
  /** Place of the work before it in its stream; -1 for the first. */
  before: Int32Array;
  /** By device and stream, as `streamKey` says: their work in order. */
  streams: Map<number, List>;
  /** By device: its work by its ends. */
  byEnd: Map<number, List>;
}

/** Calls of one process, by their places in CallColumns. */
export interface Calls extends Pick<CallColumns, 'start' | 'end' | 'name'> {
  threads: CallThread[];
  /** Of calls that copy or set: their work. */
  copies: Map<number, number>;
  /** Of calls that wait: for what, `stream` null for the whole device. Without an entry it is not known. */
  waits: Map<number, { device: number; stream: number | null }>;
}

export const streamKey = (device: number, stream: number): number => device * 2 ** 32 + stream;

/** `process`: see processNumber; -1 for work of which the profile does not say it. */
export function readOperations(db: ProfileDatabase, process: number): Operations {
  const [work, launches] = [workColumns(db), launchesOf(db)];
  const places = placesOf(work, process);
  const [device, stream, end] = [picked(work.device, places), picked(work.stream, places), picked(work.end, places)];
  const before = new Int32Array(places.length).fill(-1);
  const streams = new Map<number, Growing<List>>();
  const byEnd = new Map<number, Growing<List>>();
  const latest = new Map<number, number>();
  for (let at = 0; at < places.length; at++) {
    const key = streamKey(device[at]!, stream[at]!);
    before[at] = latest.get(key) ?? -1;
    latest.set(key, at);
    entry(streams, key, growingIntegers).push(at);
    entry(byEnd, device[at]!, growingIntegers).push(at);
  }
  const whole = (lists: ReadonlyMap<number, Growing<List>>): Map<number, List> => new Map([...lists].map(([key, own]) => [key, own.all()]));
  const operations = { start: picked(work.start, places), end, device, stream, name: new Float64Array(places.length), call: new Int32Array(places.length), before, streams: whole(streams), byEnd: whole(byEnd) };
  for (let at = 0; at < places.length; at++) {
    operations.name[at] = nameOf(work, places[at]!);
    operations.call[at] = launches.callOf(places[at]!);
  }
  for (const own of operations.byEnd.values()) sortPlaces(own, (a, b) => end[a]! > end[b]!);
  return operations;
}

/** Where the work of the process is. */
function placesOf({ process }: WorkColumns, wanted: number): Uint32Array {
  const places = new Uint32Array(process.length);
  let count = 0;
  for (let at = 0; at < process.length; at++) if (process[at] === wanted) places[count++] = at;
  return places.subarray(0, count);
}

function nameOf({ kind, name }: WorkColumns, at: number): number {
  const of = workKinds[kind[at]!];
  if (of === 'kernel') return name[at]!;
  return of === 'graph' ? workName.graph : of === 'memcpy' ? workName.copy - name[at]! : workName.set;
}

/** With the work of calls that copy, and what calls wait for. `waiting`: names of calls that wait. */
export function readCalls(db: ProfileDatabase, { process, waiting }: { process: number; waiting: ReadonlySet<number> }, operations: Operations): Calls {
  const columns = callColumns(db);
  const threads = process < 0 ? [] : columns.threads.filter((one) => one.process === process);
  const copies: Calls['copies'] = new Map();
  for (let at = 0; at < operations.call.length; at++) if (operations.call[at]! >= 0 && movesMemory(operations.name[at]!)) copies.set(operations.call[at]!, at);
  return { start: columns.start, end: columns.end, name: columns.name, threads, copies, waits: waitsOf(db, process, waitingCalls(columns, threads, waiting)) };
}

/** By correlation id. */
function waitingCalls({ name, correlation }: CallColumns, threads: readonly CallThread[], waiting: ReadonlySet<number>): Map<number, number> {
  const calls = new Map<number, number>();
  for (const { from, to } of threads) for (let call = from; call < to; call++) if (waiting.has(name[call]!)) calls.set(correlation[call]!, call);
  return calls;
}

/** Type 2 lets a stream wait, not the host. Type 3 is of a stream; others are of all. */
const waitsSql = `
SELECT correlationId, deviceId, streamId, syncType FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION
WHERE ${processNumber('globalPid')} = :process AND syncType <> 2 AND correlationId IS NOT NULL`;

function waitsOf(db: ProfileDatabase, process: number, calls: ReadonlyMap<number, number>): Calls['waits'] {
  const waits: Calls['waits'] = new Map();
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION')) return waits;
  eachRow<[id: number, device: number, stream: number, type: number]>(db, waitsSql, { process }, (id, device, stream, type) => {
    const call = calls.get(id);
    if (call !== undefined) waits.set(call, { device, stream: type === 3 ? stream : null });
  });
  return waits;
}
