import type { ProfileDatabase } from '../tools/open.js';
import { part, workColumns } from '../tools/gpu/columns/work.js';

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
  /** Which process launched it, see processNumber; -1 where the profile does not say. */
  process: Float64Array;
  /** What its launch is known by in its process; -1 where the profile does not say. */
  correlation: Float64Array;
  spanMs: number;
  busyMs: number;
}

/** Of each device. The columns are shared with the tools. */
export function deviceTime(db: ProfileDatabase): DeviceTime[] {
  const all = workColumns(db);
  const devices: DeviceTime[] = [];
  for (let from = 0; from < all.device.length;) {
    const device = all.device[from]!;
    const { start, end, kind, row, detail, process, correlation } = part(all, from, all.device.lastIndexOf(device) + 1);
    const last = end.reduce((most, one) => Math.max(most, one), -Infinity);
    const time = { device, count: start.length, start, end, kind, row, name: detail, process, correlation, spanMs: (last - start[0]!) / 1e6 };
    devices.push({ ...time, busyMs: unionMs(time, () => true) });
    from += time.count;
  }
  return devices;
}

/** Whether one call launched both: parts of a CUDA graph, or of a copy. */
export const launchedTogether = ({ process, correlation }: DeviceTime, a: number, b: number): boolean => correlation[a]! > 0 && correlation[a] === correlation[b] && process[a] === process[b];

/** For how long any work of a device ran that `counts`, in milliseconds; what runs at once counts once. */
export function unionMs(time: Pick<DeviceTime, 'count' | 'start' | 'end'>, counts: (index: number) => boolean): number {
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
