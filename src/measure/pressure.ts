import { readFileSync } from 'node:fs';

/** What the machine as a whole has counted since its start. */
export interface Pressure {
  /** CPU time in hundredths of a second: that the hypervisor gave to others, and all of it. */
  stolen: number;
  all: number;
  /** Pages that were read back from swap. */
  swappedIn: number;
}

/** Null where the machine does not tell. */
export function readPressure(read: (path: string) => string | null = readText): Pressure | null {
  // proc(5), /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; guest time is within user.
  const times = /^cpu +(.+)$/m.exec(read('/proc/stat') ?? '')?.[1]?.split(' ').map(Number);
  if (times === undefined) return null;
  return { stolen: times[7] ?? 0, all: times.slice(0, 8).reduce((sum, time) => sum + time, 0), swappedIn: Number(/^pswpin (\d+)$/m.exec(read('/proc/vmstat') ?? '')?.[1] ?? 0) };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
