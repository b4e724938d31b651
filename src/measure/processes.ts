import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Name of the environment variable that marks every process of a job. */
export const markerName = 'PERFLOOP_JOB';

export interface ProcessInfo {
  pid: number;
  /** Of its program, as far as the system tells: a process can change it. */
  name: string;
  parent: number;
  group: number;
  /** When it started, in the system's own form: with the pid it names a process for one boot. */
  start: string;
}

/** What a job's processes are known by. `group` is null when the group id may belong to someone else by now. */
export interface JobIdentity {
  group: number | null;
  marker: string;
  /** A process whose descendants all belong to the job, whatever they did to group and marker. */
  reaper?: number | null;
}

interface Row extends ProcessInfo {
  environment: string;
}

const onLinux = process.platform === 'linux';

/** The living processes of a job (zombies are dead): those of its group, those below its reaper, and those elsewhere that carry its marker. */
export async function jobProcesses(job: JobIdentity): Promise<ProcessInfo[]> {
  const marker = `${markerName}=${job.marker}`;
  const rows = await allProcesses();
  const below = typeof job.reaper === 'number' ? descendants(rows, job.reaper) : new Set<number>();
  const belongs = (row: Row): boolean => row.group === job.group || below.has(row.pid) || row.environment.includes(marker);
  return rows.filter((row) => row.pid !== process.pid && belongs(row)).map(({ environment: _environment, ...info }) => info);
}

function descendants(rows: readonly ProcessInfo[], ancestor: number): Set<number> {
  const children = new Map<number, ProcessInfo[]>();
  for (const row of rows) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  const found = new Set<number>();
  const todo = [ancestor];
  for (let parent = todo.pop(); parent !== undefined; parent = todo.pop()) {
    for (const { pid } of children.get(parent) ?? []) {
      if (!found.has(pid)) todo.push(pid);
      found.add(pid);
    }
  }
  return found;
}

/** When the process started, or null when there is none (or only a zombie). */
export async function processStart(pid: number): Promise<string | null> {
  if (onLinux) return linuxStat(pid)?.start ?? null;
  const { stdout } = await execFileAsync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: psEnvironment }).catch(() => ({ stdout: '' }));
  const [, state, start] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state === undefined || state.startsWith('Z') ? null : (start ?? null);
}

/** Names the boot of this machine and the container's process namespace: outside of it a pid means nothing. */
export async function hostLife(): Promise<string> {
  if (onLinux) return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`;
  const { stdout } = await execFileAsync('sysctl', ['-n', 'kern.bootsessionuuid']);
  return stdout.trim();
}

async function allProcesses(): Promise<Row[]> {
  return onLinux ? linuxProcesses() : psProcesses();
}

async function linuxProcesses(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const info = linuxStat(Number(name));
    // Group 0 holds the kernel's own threads.
    if (info && info.group !== 0) rows.push({ ...info, environment: linuxEnvironment(info.pid) });
  }
  // In the middle of an exec a process has no environment for a moment.
  for (let tries = 0; tries < 3 && rows.some((row) => row.environment === ''); tries++) {
    await delay(2);
    for (const row of rows) if (row.environment === '') row.environment = linuxEnvironment(row.pid);
  }
  return rows;
}

/** Fields of proc(5) /proc/pid/stat, counted after the command name, which may hold anything. */
function linuxStat(pid: number): ProcessInfo | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    const start = fields[19];
    if (state === undefined || parent === undefined || group === undefined || start === undefined || state === 'Z' || state === 'X') return null;
    return { pid, name, parent: Number(parent), group: Number(group), start };
  } catch {
    return null;
  }
}

/** A process of another user is none of ours. */
function linuxEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/environ`, 'latin1');
  } catch {
    return '(not readable)';
  }
}

const psEnvironment = { PATH: '/bin:/usr/bin:/sbin:/usr/sbin', LC_ALL: 'C' };

/** For systems without /proc. `e` appends the environment to the command. */
export async function psProcesses(): Promise<Row[]> {
  const { stdout } = await execFileAsync('ps', ['axeww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command='], { env: psEnvironment, maxBuffer: 256 * 1024 * 1024 });
  const rows: Row[] = [];
  for (const line of stdout.split('\n')) {
    const [, pid, parent, group, state, start, environment] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s?(.*)$/.exec(line) ?? [];
    if (pid === undefined || parent === undefined || group === undefined || start === undefined || state?.startsWith('Z')) continue;
    rows.push({ pid: Number(pid), name: basename(environment?.split(' ')[0] ?? ''), parent: Number(parent), group: Number(group), start, environment: environment ?? '' });
  }
  return rows;
}
