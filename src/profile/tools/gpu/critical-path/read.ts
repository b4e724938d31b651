import { eachRow } from '../../each-row.js';
import { entry } from '../../entry.js';
import { growingDoubles, growingIntegers, type Growing } from '../../growing.js';
import type { ProfileDatabase } from '../../open.js';
import { hasTable, tablesOf } from '../../tables.js';

/** Names of work that has none of its own; kernels have the id of their short name, copies `copy` less their kind. */
export const workName = { unnamed: -1, graph: -2, set: -3, copy: -4 } as const;

/** Whether work copies or sets memory. */
export const movesMemory = (name: number): boolean => name <= workName.set;

/** Work of one process on devices, as columns, by device and start. Times are nanoseconds from the profile's first event. */
export interface Operations {
  start: Float64Array;
  end: Float64Array;
  device: Int32Array;
  stream: Int32Array;
  name: Float64Array;
  /** Place of the call that launched it; -1 where that is not in the profile. */
  call: Int32Array;
  /** Place in its stream's list. */
  place: Int32Array;
  /** By device and stream, as `streamKey` says: their work in order. */
  streams: Map<number, Int32Array>;
  /** By device: its work by its ends. */
  byEnd: Map<number, Int32Array>;
}

/** Calls of one process, as columns, by thread and start. */
export interface Calls {
  start: Float64Array;
  end: Float64Array;
  name: Float64Array;
  /** Where the calls of each thread are; `to` is the place after the last. */
  threads: { from: number; to: number }[];
  /** Of calls that copy or set: their work. */
  copies: Map<number, number>;
  /** Of calls that wait: for what, `stream` null for the whole device. Without an entry it is not known. */
  waits: Map<number, { device: number; stream: number | null }>;
}

export const streamKey = (device: number, stream: number): number => device * 2 ** 32 + stream;

/** `pid`: the process as nsys writes it. Gives the correlation id of each operation as well. */
export function readOperations(db: ProfileDatabase, { pid, origin }: { pid: bigint | null; origin: bigint }): { operations: Operations; correlation: Float64Array } {
  const names = { CUPTI_ACTIVITY_KIND_KERNEL: `COALESCE(shortName, ${workName.unnamed})`, CUPTI_ACTIVITY_KIND_GRAPH_TRACE: workName.graph, CUPTI_ACTIVITY_KIND_MEMCPY: `${workName.copy} - copyKind`, CUPTI_ACTIVITY_KIND_MEMSET: workName.set };
  const tables = tablesOf(db);
  const parts = Object.entries(names).filter(([table]) => tables.has(table)).map(([table, name]) => `SELECT start, "end", deviceId, streamId, ${name} AS name, correlationId FROM ${table} WHERE +globalPid IS :pid`);
  // The + keeps SQLite from the index on processes: the one on devices and starts gives the order.
  const sql = `SELECT start - :origin AS start, "end" - :origin AS "end", deviceId, streamId, name, correlationId FROM (${parts.join(' UNION ALL ')}) ORDER BY deviceId, start`;
  const made = { start: growingDoubles(), end: growingDoubles(), device: growingIntegers(), stream: growingIntegers(), name: growingDoubles(), place: growingIntegers() };
  const streams = new Map<number, Growing<Int32Array<ArrayBuffer>>>();
  const byEnd = new Map<number, Growing<Int32Array<ArrayBuffer>>>();
  const correlation = growingDoubles();
  eachRow<[number, number, number, number | null, number, number | null]>(db, sql, { pid, origin }, (start, end, device, stream, name, id) => {
    const at = made.start.length;
    made.start.push(start);
    made.end.push(end);
    made.device.push(device);
    made.stream.push(stream ?? -1);
    made.name.push(name);
    correlation.push(id ?? -1);
    const own = entry(streams, streamKey(device, stream ?? -1), growingIntegers);
    made.place.push(own.length);
    own.push(at);
    entry(byEnd, device, growingIntegers).push(at);
  });
  const end = made.end.all();
  const whole = (lists: typeof streams): Map<number, Int32Array> => new Map([...lists].map(([key, own]) => [key, own.all()]));
  const operations = { start: made.start.all(), end, device: made.device.all(), stream: made.stream.all(), name: made.name.all(), call: new Int32Array(end.length).fill(-1), place: made.place.all(), streams: whole(streams), byEnd: whole(byEnd) };
  // They are nearly in order, of which the sort of plain arrays makes use, and that of typed ones does not.
  for (const own of operations.byEnd.values()) own.set([...own].sort((a, b) => (end[a] ?? 0) - (end[b] ?? 0)));
  return { operations, correlation: correlation.all() };
}

/** With the calls of the operations, by correlation id. `waiting`: names of calls that wait. */
export function readCalls(db: ProfileDatabase, { pid, origin, waiting }: { pid: bigint | null; origin: bigint; waiting: ReadonlySet<number> }, operations: Operations, correlation: Float64Array): Calls {
  const [starts, ends, names] = [growingDoubles(), growingDoubles(), growingDoubles()];
  const threads: Calls['threads'] = [];
  const copies: Calls['copies'] = new Map();
  const waits: Calls['waits'] = new Map();
  const made = (): Calls => ({ start: starts.all(), end: ends.all(), name: names.all(), threads, copies, waits });
  if (!hasTable(db, 'CUPTI_ACTIVITY_KIND_RUNTIME') || pid === null) return made();
  const launched = new Map<number, number>();
  const tids = db.prepare<[bigint], bigint>('SELECT DISTINCT globalTid FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalPid = ?').pluck().safeIntegers().all(pid);
  for (const thread of tids) {
    const from = starts.length;
    eachRow<[number, number, number, number | null]>(db, 'SELECT start - :origin AS start, "end" - :origin AS "end", nameId, correlationId FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid = :thread ORDER BY start', { thread, origin }, (start, end, name, id) => {
      if (id !== null) launched.set(id, starts.length);
      starts.push(start);
      ends.push(end);
      names.push(name);
    });
    threads.push({ from, to: starts.length });
  }
  for (let at = 0; at < correlation.length; at++) {
    const id = correlation[at] ?? -1;
    const call = id < 0 ? undefined : launched.get(id);
    if (call === undefined) continue;
    operations.call[at] = call;
    if (movesMemory(operations.name[at] ?? 0)) copies.set(call, at);
  }
  if (hasTable(db, 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION')) {
    const calledNames = names.all();
    // Type 2 lets a stream wait, not the host. Type 3 is of a stream; others are of all.
    eachRow<[number, number, number, number]>(db, 'SELECT correlationId, deviceId, streamId, syncType FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION WHERE globalPid = :pid AND syncType <> 2 AND correlationId IS NOT NULL', { pid }, (id, device, stream, type) => {
      const call = launched.get(id);
      if (call !== undefined && waiting.has(calledNames[call] ?? -1)) waits.set(call, { device, stream: type === 3 ? stream : null });
    });
  }
  return made();
}
