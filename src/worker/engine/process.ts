import { setTimeout as sleep } from 'node:timers/promises';
import { hostLife, processStart } from '../../measure/processes.js';

/** A process beyond doubt: pids are re-used, so the start time goes with it, and the boot in which both mean something. */
export interface ProcessId {
  pid: number;
  /** As the system writes it; only ever compared for equality. */
  start: string;
  boot: string;
}

/** Null when the process is already gone. */
export async function identify(pid: number): Promise<ProcessId | null> {
  const start = await processStart(pid);
  return start === null ? null : { pid, start, boot: await hostLife() };
}

export async function isAlive(id: ProcessId): Promise<boolean> {
  return id.boot === (await hostLife()) && (await processStart(id.pid)) === id.start;
}

/** SIGTERM, and SIGKILL once the grace (milliseconds) is over. Returns when the process is gone; at once when it was. */
export async function terminate(id: ProcessId, graceMs: number): Promise<void> {
  if (!(await isAlive(id))) return;
  send(id, 'SIGTERM');
  if (await goneWithin(id, graceMs)) return;
  send(id, 'SIGKILL');
  await goneWithin(id, 10_000);
}

async function goneWithin(id: ProcessId, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (await isAlive(id)) {
    if (performance.now() >= end) return false;
    await sleep(20);
  }
  return true;
}

function send(id: ProcessId, signal: NodeJS.Signals): void {
  try {
    process.kill(id.pid, signal);
  } catch {
    // Gone between the look and the signal.
  }
}
