import { availableParallelism } from 'node:os';
import type { JobIdentity } from '../processes.js';
import { exceeds, type Exceeded } from './exceeded.js';
import type { Limits } from './limits.js';
import { machineNow, proportionalBytes, usedBelow, waitedForMs } from './used.js';
import type { WrittenFiles } from './written.js';

/** How often the machine as a whole is looked at: two small reads, and one call for each file system. */
const lookMs = 200;
/** Every so many looks the processes of the command are counted in any case. */
const countEvery = 25;
/** Processor time is counted at most this often. */
const cpuEveryMs = 1000;

/**
 * Calls `exceeded` once when the processes of a job take more than they may. They are counted only when the machine
 * as a whole has lost half as much as that, or all its processors together could have done as much work, so that what is
 * measured is left alone. Gives what ends the watch. Linux only.
 */
export function watchLimits({ reaper = null, group }: JobIdentity, limits: Limits | undefined, written: WrittenFiles | null, exceeded: (why: Exceeded) => void): () => void {
  const root = reaper ?? group;
  if (limits === undefined || root === null || process.platform !== 'linux') return () => undefined;
  const job = { root, group, limits };
  const machine = machineLoss(limits);
  const cpuDue = cpuIsDue(job);
  let looks = 0;
  let ended = false;
  const end = (why: Exceeded): void => {
    if (ended) return;
    stop();
    exceeded(why);
  };
  const stop = (): void => {
    ended = true;
    clearInterval(timer);
  };
  /** Of the files, which can take longer than the pause between two looks. */
  let looking = false;
  const lookAtFiles = async (): Promise<void> => {
    if (written === null || looking) return;
    looking = true;
    // A folder that cannot be looked at any more holds no command up.
    const over = await written.overwritten(() => usedBelow(root, group).pids, () => ended).catch(() => null);
    looking = false;
    if (over !== null) end(exceeds.disk(over.bytes, over.allowedBytes));
  };
  const timer = setInterval(() => {
    looks += 1;
    const [lost, due] = [machine(), cpuDue.now()];
    if (lost || due || looks % countEvery === 0) {
      const { why, cpuMs } = excess(job, cpuDue.before);
      if (why !== null) return end(why);
      cpuDue.counted(cpuMs);
    }
    void lookAtFiles();
  }, lookMs);
  timer.unref();
  return stop;
}

interface WatchedJob {
  root: number;
  group: number | null;
  limits: Limits;
}

/** Whether the machine has lost half as much as the command may take. */
function machineLoss(limits: Limits): () => boolean {
  let { availableBytes: mostAvailable, tasks: fewestTasks } = machineNow();
  return () => {
    const now = machineNow();
    mostAvailable = Math.max(mostAvailable, now.availableBytes);
    fewestTasks = Math.min(fewestTasks, now.tasks);
    return mostAvailable - now.availableBytes >= limits.memoryBytes / 2 || now.tasks - fewestTasks >= limits.processes / 2;
  };
}

/** When processor time is to be counted next: not before all processors together could have used up what is left. */
function cpuIsDue({ root, limits: { cpuMs } }: WatchedJob): { before: number; now: () => boolean; counted: (usedMs: number) => void } {
  const processors = availableParallelism();
  let dueAt = performance.now() + (cpuMs ?? Infinity) / processors;
  return {
    // Of the commands before it, which the same process has started.
    before: cpuMs === null ? 0 : waitedForMs(root),
    now: () => performance.now() >= dueAt,
    counted(usedMs) {
      dueAt = performance.now() + Math.max(cpuEveryMs, ((cpuMs ?? Infinity) - usedMs) / processors);
    },
  };
}

function excess({ root, group, limits: { memoryBytes, processes, cpuMs } }: WatchedJob, cpuBefore: number): { why: Exceeded | null; cpuMs: number } {
  const used = usedBelow(root, group);
  const usedMs = used.cpuMs - cpuBefore;
  const over = (why: Exceeded | null): { why: Exceeded | null; cpuMs: number } => ({ why, cpuMs: usedMs });
  if (used.processes > processes) return over(exceeds.processes(used.processes, processes));
  if (cpuMs !== null && usedMs >= cpuMs) {
    // Where numbers of processes begin anew, a child can be read before its parent has waited for it and after.
    const againMs = Math.min(usedMs, usedBelow(root, group).cpuMs - cpuBefore);
    if (againMs >= cpuMs) return over(exceeds.cpuTime(againMs, cpuMs));
  }
  if (used.memoryBytes <= memoryBytes) return over(null);
  const bytes = proportionalBytes(used.pids) ?? used.memoryBytes;
  return over(bytes <= memoryBytes ? null : exceeds.memory(bytes, memoryBytes));
}
