import { eachRow } from '../tools/each-row.js';
import type { ProfileDatabase } from '../tools/open.js';
import { processNumber } from '../tools/process-number.js';
import { tablesOf } from '../tools/tables.js';

export const workKinds = ['kernel', 'graph', 'memcpy', 'memset'] as const;
export type WorkKind = (typeof workKinds)[number];

/** The table that a kind's rows are in. */
export const tableOf: Record<WorkKind, string> = {
  kernel: 'CUPTI_ACTIVITY_KIND_KERNEL',
  graph: 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE',
  memcpy: 'CUPTI_ACTIVITY_KIND_MEMCPY',
  memset: 'CUPTI_ACTIVITY_KIND_MEMSET',
};

/** All work of one device in the order of its start. Times are nanoseconds from the profile's first event. */
export interface DeviceTime {
  device: number;
  count: number;
  start: Float64Array;
  end: Float64Array;
  /** Index into workKinds. */
  kind: Uint8Array;
  /** Row id in the kind's table: an import numbers them from 1. */
  row: Uint32Array;
  /** Of kernels: id of the whole name in StringIds; else the direction (copyKind) and kinds of memory as 10000 * direction + 100 * source + target. */
  name: Float64Array;
  /** Which process launched it, see processNumber; 0 where the profile does not say. */
  process: Float64Array;
  /** What its launch is known by in its process; 0 where the profile does not say. */
  correlation: Uint32Array;
  spanMs: number;
  busyMs: number;
}

const what: Record<WorkKind, string> = {
  kernel: 'demangledName',
  graph: '0',
  memcpy: '10000 * copyKind + 100 * COALESCE(srcKind, 99) + COALESCE(dstKind, 99)',
  memset: '0',
};

type WorkRow = [row: number, start: number, end: number, name: number | null, process: number | null, correlation: number | null, device: number];

/** Reads every row once: 41 bytes a row are kept. */
export function deviceTime(db: ProfileDatabase, origin: bigint): DeviceTime[] {
  const there = tablesOf(db);
  const kinds = workKinds.filter((kind) => there.has(tableOf[kind]));
  const sizes = new Map<number, number>();
  for (const kind of kinds) for (const [device, count] of db.prepare<[], [number, number]>(`SELECT deviceId, COUNT(*) FROM ${tableOf[kind]} WHERE deviceId IS NOT NULL GROUP BY deviceId`).raw().all()) sizes.set(device, (sizes.get(device) ?? 0) + count);
  const all = new Map([...sizes].sort(([a], [b]) => a - b).map(([device, size]) => [device, empty(device, size)]));
  for (const [kind, label] of workKinds.entries()) {
    if (!kinds.includes(label)) continue;
    const sql = `SELECT rowid AS row, start - :origin AS start, "end" - :origin AS ended, ${what[label]} AS name, ${processNumber('globalPid')} AS process, correlationId, deviceId FROM ${tableOf[label]} WHERE deviceId IS NOT NULL`;
    eachRow<WorkRow>(db, sql, { origin }, (row, start, end, name, process, correlation, device) => {
      const to = all.get(device);
      if (to === undefined) return;
      const at = to.count++;
      to.start[at] = start;
      to.end[at] = end;
      to.kind[at] = kind;
      to.row[at] = row;
      to.name[at] = name ?? 0;
      to.process[at] = process ?? 0;
      to.correlation[at] = correlation ?? 0;
    });
  }
  return [...all.values()].map(finished);
}

function empty(device: number, size: number): DeviceTime {
  const column = (): Float64Array => new Float64Array(size);
  return { device, count: 0, start: column(), end: column(), kind: new Uint8Array(size), row: new Uint32Array(size), name: column(), process: column(), correlation: new Uint32Array(size), spanMs: 0, busyMs: 0 };
}

/** Sorted by start, with what its times add up to. */
function finished(time: DeviceTime): DeviceTime {
  const { start, count } = time;
  let inOrder = true;
  for (let i = 1; i < count && inOrder; i++) inOrder = start[i - 1]! <= start[i]!;
  const order = inOrder ? null : Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => start[a]! - start[b]!);
  const sorted = order === null ? time : { ...time, start: pick(time.start, order), end: pick(time.end, order), kind: Uint8Array.from(order, (i) => time.kind[i]!), row: Uint32Array.from(order, (i) => time.row[i]!), name: pick(time.name, order), process: pick(time.process, order), correlation: Uint32Array.from(order, (i) => time.correlation[i]!) };
  const last = sorted.end.reduce((most, end) => Math.max(most, end), -Infinity);
  return { ...sorted, spanMs: count === 0 ? 0 : (last - sorted.start[0]!) / 1e6, busyMs: unionMs(sorted, () => true) };
}

const pick = (from: Float64Array, order: Uint32Array): Float64Array => Float64Array.from(order, (i) => from[i]!);

/** Whether one call launched both: parts of a CUDA graph, or of a copy. */
export const launchedTogether = ({ process, correlation }: DeviceTime, a: number, b: number): boolean => correlation[a] !== 0 && correlation[a] === correlation[b] && process[a] === process[b];

/** For how long any work of a device ran that `counts`, in milliseconds; what runs at once counts once. */
export function unionMs(time: DeviceTime, counts: (index: number) => boolean): number {
  let reached = -Infinity;
  let ns = 0;
  for (let i = 0; i < time.count; i++) {
    if (!counts(i)) continue;
    const end = time.end[i]!;
    if (end <= reached) continue;
    ns += end - Math.max(reached, time.start[i]!);
    reached = end;
  }
  return ns / 1e6;
}

/** For how long nothing else than this work ran: what is saved at most when it vanishes. Milliseconds. */
export function exposedMs(time: DeviceTime, counts: (index: number) => boolean): number {
  return Math.max(0, time.busyMs - unionMs(time, (i) => !counts(i)));
}
