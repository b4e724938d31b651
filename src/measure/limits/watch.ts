import { sizeText } from '../../core/config/size.js';
import type { JobIdentity } from '../processes.js';
import type { Limits } from './limits.js';
import { machineNow, proportionalBytes, usedBelow } from './used.js';

/** How often the machine as a whole is looked at: two small reads. */
const lookMs = 200;
/** Every so many looks the processes of the command are counted in any case. */
const countEvery = 25;

/**
 * Calls `exceeded` once, with a sentence, when the processes of a job take more than they may. They are counted only when the machine
 * as a whole has lost half as much as that, so that what is measured is left alone. Gives what ends the watch. Linux only; control groups
 * would take rights that a worker rarely has.
 */
export function watchLimits({ reaper = null, group }: JobIdentity, limits: Limits | undefined, exceeded: (why: string) => void): () => void {
  const root = reaper ?? group;
  if (limits === undefined || root === null || process.platform !== 'linux') return () => undefined;
  let { availableBytes: mostAvailable, tasks: fewestTasks } = machineNow();
  let looks = 0;
  const timer = setInterval(() => {
    const now = machineNow();
    mostAvailable = Math.max(mostAvailable, now.availableBytes);
    fewestTasks = Math.min(fewestTasks, now.tasks);
    looks += 1;
    if (mostAvailable - now.availableBytes < limits.memoryBytes / 2 && now.tasks - fewestTasks < limits.processes / 2 && looks % countEvery !== 0) return;
    const why = excess(root, group, limits);
    if (why === null) return;
    clearInterval(timer);
    exceeded(why);
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

function excess(root: number, group: number | null, { memoryBytes, processes }: Limits): string | null {
  const used = usedBelow(root, group);
  if (used.processes > processes) return `it had ${used.processes} processes and threads, and \`limits.processes\` is ${processes}`;
  if (used.memoryBytes <= memoryBytes) return null;
  const bytes = proportionalBytes(used.pids) ?? used.memoryBytes;
  return bytes <= memoryBytes ? null : `it took ${sizeText(bytes)} of memory, and \`limits.memory\` is ${sizeText(memoryBytes)} here`;
}
