import { collectives } from '../../tools/gpu/collectives.js';
import type { Asked } from '../asked.js';
import { exposedMs, type DeviceTime } from '../device-time.js';
import { kernelsNamed, worst } from './support.js';

/** Kernels of libraries by which devices send each other data. */
export const communicates = (name: string): boolean => /^(nccl|nvshmem|msccl)/.test(name);

export const lateRatio = { what: 'slowest device of a collective, by the fastest', value: 1.5, unit: 'ratio', source: 'a collective ends on all ranks at once, so that the one that comes last is the shortest in it (NCCL User Guide, "Collective Operations")' } as const;
export const lateShare = { what: 'least share of the device\'s time in the difference', value: 0.05, unit: 'share', source: 'our own choice' } as const;

/** A device that others wait for in a collective. */
export interface Lateness {
  op: string;
  late: DeviceSum;
  waiting: DeviceSum;
  /** Of the device that waits, and of the late one. */
  time: DeviceTime;
  slow: DeviceTime;
  /** What the first waits for the second, where it does nothing else. */
  ms: number;
}

/** Whether a kernel is of that operation. */
export const isOp = (op: string) => (name: string): boolean => communicates(name) && name.includes(op);

/** The operation in which one device waits most for another; null where none waits long enough. */
export function latenessOf(asked: Asked): Lateness | null {
  return asked.once('lateness', () => {
    if (asked.devices.length < 2) return null;
    const rows = collectives(asked.db, null);
    const found = worst([...new Set(rows.map(({ op }) => op))].flatMap((op) => {
      const sums = sumsByDevice(rows.filter((row) => row.op === op)).sort((a, b) => a.ms - b.ms);
      const [late] = sums;
      const waiting = sums.at(-1);
      // The same collectives, or times say nothing of each other.
      if (late === undefined || waiting === undefined || late.count !== waiting.count || waiting.ms < late.ms * lateRatio.value) return [];
      const time = asked.devices.find(({ device }) => device === waiting.device);
      const slow = asked.devices.find(({ device }) => device === late.device);
      return time === undefined || slow === undefined ? [] : [{ op, late, waiting, time, slow }];
    }), ({ op, late, waiting, time }) => Math.min(waiting.ms - late.ms, exposedMs(time, kernelsNamed(asked, isOp(op))(time))));
    return found === null || found.ms / found.one.time.spanMs < lateShare.value ? null : { ...found.one, ms: found.ms };
  });
}

interface DeviceSum {
  device: number;
  count: number;
  ms: number;
}

/** A device's rows are one a stream. */
function sumsByDevice(rows: readonly { device: number; count: number; totalMs: number }[]): DeviceSum[] {
  const sums = new Map<number, DeviceSum>();
  for (const { device, count, totalMs } of rows) {
    const sum = sums.get(device) ?? { device, count: 0, ms: 0 };
    sums.set(device, { device, count: sum.count + count, ms: sum.ms + totalMs });
  }
  return [...sums.values()];
}
