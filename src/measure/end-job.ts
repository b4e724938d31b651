import { setTimeout as delay } from 'node:timers/promises';
import { jobProcesses, type JobIdentity, type ProcessInfo } from './processes.js';

/** Between SIGTERM and SIGKILL. */
export const killGraceMs = 2000;
/** A process that SIGKILL does not end within this hangs in the kernel. */
const giveUpMs = 10_000;

/**
 * Ends every process of a job: SIGTERM, after `graceMs` SIGKILL, until none is left. `lingerMs` lets them end by
 * themselves first. Returns those that could not be ended (they hang in the kernel): normally none.
 */
export async function endJob(job: JobIdentity, options: { graceMs?: number; lingerMs?: number } = {}): Promise<ProcessInfo[]> {
  const began = performance.now();
  const termAt = options.lingerMs ?? 0;
  const killAt = termAt + (options.graceMs ?? killGraceMs);
  let asked = false;
  for (let pause = 5; ; pause = Math.min(100, pause * 2)) {
    const left = await jobProcesses(job);
    const waited = performance.now() - began;
    if (left.length === 0 || waited > killAt + giveUpMs) return left;
    if (waited >= killAt) send(job, left, 'SIGKILL');
    else if (waited >= termAt && !asked) {
      asked = true;
      send(job, left, 'SIGTERM');
    }
    await delay(pause);
  }
}

function send(job: JobIdentity, processes: ProcessInfo[], signal: NodeJS.Signals): void {
  // The whole group at once, so that none of it can fork away meanwhile.
  if (job.group !== null && processes.some((one) => one.group === job.group)) kill(-job.group, signal);
  for (const one of processes) if (one.group !== job.group) kill(one.pid, signal);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
