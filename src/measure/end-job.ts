import { setTimeout as delay } from 'node:timers/promises';
import { jobProcesses, type JobIdentity, type ProcessInfo } from './processes.js';

/** Between SIGTERM and SIGKILL. */
export const killGraceMs = 2000;
/** A process that SIGKILL does not end within this hangs in the kernel. */
const giveUpMs = 10_000;

/** How a job came to its end. */
export interface JobEnd {
  /** Processes that could not be ended (they hang in the kernel): normally none. */
  stuck: ProcessInfo[];
  /** For how long some of it were seen alive before they were asked to end, in milliseconds; 0: none was. */
  livedMs: number;
  /** Those that lived on until then. */
  outlived: ProcessInfo[];
}

/**
 * Ends every process of a job: SIGTERM, after `graceMs` SIGKILL, until none is left. `lingerMs` lets them end by
 * themselves first.
 */
export async function endJob(job: JobIdentity, options: { graceMs?: number; lingerMs?: number } = {}): Promise<JobEnd> {
  const began = performance.now();
  const termAt = options.lingerMs ?? 0;
  const killAt = termAt + (options.graceMs ?? killGraceMs);
  let livedMs = 0;
  let outlived: ProcessInfo[] | null = null;
  for (let pause = 5; ; pause = Math.min(100, pause * 2)) {
    const left = await jobProcesses(job);
    const waited = performance.now() - began;
    if (left.length > 0 && outlived === null) livedMs = waited;
    if (left.length === 0 || waited > killAt + giveUpMs) return { stuck: left, livedMs, outlived: outlived ?? [] };
    const first = waited >= termAt && outlived === null;
    // Also when looking took so long that it is late for SIGTERM.
    if (first) outlived = left;
    if (waited >= killAt) send(job, left, 'SIGKILL');
    else if (first) send(job, left, 'SIGTERM');
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
