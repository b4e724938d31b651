import { release } from 'node:os';
import type { Limits } from './limits.js';

/** Processes that a sandbox has of its own, and those that start while the others are counted. */
const someMore = 64;

/**
 * Commands of a POSIX shell that put it, and what it starts, under those limits that the kernel keeps of each process by
 * itself: before the clock starts, and at the cost of no further program. They cannot be raised again without
 * CAP_SYS_RESOURCE, which root has outside of a sandbox. Where a lower one holds already, that stays. Empty: there is none.
 */
export function ulimits(limits: Limits | undefined, { sandboxed }: { sandboxed: boolean }): string {
  if (limits === undefined || process.platform !== 'linux') return '';
  const { cpuMs, fileBytes, openFiles, processes } = limits;
  // The kernel ends one by its ticks, which can run ahead of the time that is added up afterwards: a process that it ends has to be over the limit by both.
  const seconds = Math.ceil(((cpuMs ?? 0) * 1.1) / 1000) + 1;
  const all = [
    // SIGXCPU says what it was; who ignores it gets SIGKILL a second later.
    ...(cpuMs === null ? [] : [`-t ${seconds + 1}`, `-S -t ${seconds}`]),
    // In blocks of 512 bytes, by POSIX.
    ...(fileBytes === null ? [] : [`-f ${Math.ceil(fileBytes / 512)}`]),
    ...(openFiles === null ? [] : [`-n ${openFiles}`]),
    // In dash and BusyBox it is -p.
    ...(sandboxed && kernelCountsProcesses ? [`-u ${processes + someMore} 2>/dev/null || ulimit -p ${processes + someMore}`] : []),
    // What a signal of these ends is to leave no core of its memory.
    ...(cpuMs === null && fileBytes === null ? [] : ['-c 0']),
  ];
  return all.map((one) => `ulimit ${one} 2>/dev/null; `).join('');
}

/** Linux counts the processes of a user in each user namespace by itself since 5.14; those of root it never does. Without a namespace of its own a command would be counted with all that its user runs. */
export const kernelCountsProcesses = process.platform === 'linux' && process.getuid?.() !== 0 && newerThan(release(), 5, 14);

function newerThan(kernel: string, major: number, minor: number): boolean {
  const [one = 0, two = 0] = (/^(\d+)\.(\d+)/.exec(kernel) ?? []).slice(1).map(Number);
  return one > major || (one === major && two >= minor);
}
