import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process beyond doubt: pids are re-used, so the start time goes with it, and the boot in which both mean something. */
export interface ProcessId {
  pid: number;
  /** Clock ticks since boot on Linux, a date elsewhere; only ever compared for equality. */
  start: string;
  boot: string;
}

let boot: string | undefined;

/** Identifies the time since the last reboot. */
export function bootId(): string {
  boot ??= process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
  return boot;
}

/** When a process began; null when it is gone, or a zombie that only waits to be collected. */
function startOf(pid: number): string | null {
  return process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
}

function startFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets: fields are counted after its closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function startFromPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}

/** Null when the process is already gone. */
export function identify(pid: number): ProcessId | null {
  const start = startOf(pid);
  return start === null ? null : { pid, start, boot: bootId() };
}

export function isAlive(id: ProcessId): boolean {
  return id.boot === bootId() && startOf(id.pid) === id.start;
}

/** SIGTERM, and SIGKILL once the grace (milliseconds) is over. Returns when the process is gone; at once when it was. */
export async function terminate(id: ProcessId, graceMs: number): Promise<void> {
  if (!isAlive(id)) return;
  send(id, 'SIGTERM');
  if (await goneWithin(id, graceMs)) return;
  send(id, 'SIGKILL');
  await goneWithin(id, 10_000);
}

export async function goneWithin(id: ProcessId, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (isAlive(id)) {
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
