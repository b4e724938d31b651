import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Outside } from '../core/sample.js';
import { cpuGroupFolders } from './container-limits.js';

/** What this machine has counted since its start. */
export interface Counters {
  /** Time for which the container's CPU quota held its programs up. */
  throttledMs: number;
  /** How often the processor was slowed down by its heat; virtual machines do not tell. */
  overheated: number;
  /** Processes that the kernel ended for want of memory. */
  outOfMemory: number;
}

/** Zero where the machine does not tell. */
export function readCounters(read: (path: string) => string | null = readText): Counters {
  const cores = Array.from({ length: availableParallelism() }, (_, core) => `/sys/devices/system/cpu/cpu${core}/thermal_throttle/core_throttle_count`);
  return {
    throttledMs: Math.max(0, ...cpuGroupFolders(read).map((folder) => throttledMs(read(join(folder, 'cpu.stat')) ?? ''))),
    overheated: cores.reduce((sum, file) => sum + count(read(file)), 0),
    outOfMemory: count(/^oom_kill (\d+)$/m.exec(read('/proc/vmstat') ?? '')?.[1]),
  };
}

/** What happened between two readings, as samples have it: nothing is absent. */
export function hindranceBetween(before: Counters, after: Counters): Pick<Outside, 'throttledMs' | 'overheated'> {
  const [throttled, overheated] = [after.throttledMs - before.throttledMs, after.overheated - before.overheated];
  return { ...(throttled > 0 ? { throttledMs: throttled } : {}), ...(overheated > 0 ? { overheated } : {}) };
}

/** `throttled_usec` of control groups version 2, or `throttled_time` of version 1, in nanoseconds. */
function throttledMs(stat: string): number {
  return count(/^throttled_usec (\d+)$/m.exec(stat)?.[1]) / 1e3 + count(/^throttled_time (\d+)$/m.exec(stat)?.[1]) / 1e6;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

const count = (text: string | null | undefined): number => Number(text ?? 0) || 0;
