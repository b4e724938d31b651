import { readdirSync, readFileSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

/** What a tree of processes takes. */
export interface Used {
  memoryBytes: number;
  /** Threads count. */
  processes: number;
  /** Processor time, also of those that have ended and were waited for; milliseconds. */
  cpuMs: number;
}

interface Row {
  pid: number;
  parent: number;
  group: number;
  threads: number;
  rssPages: number;
  /** Of it, and of the children that it has waited for. */
  ticks: { own: number; waitedFor: number };
}

const told = new Map<'PAGESIZE' | 'CLK_TCK', number>();

/** Asked of the C library, once. */
function systemNumber(name: 'PAGESIZE' | 'CLK_TCK'): number {
  const known = told.get(name) ?? Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
  told.set(name, known);
  return known;
}

const msOf = (ticks: number): number => (ticks * 1000) / systemNumber('CLK_TCK');

/** What the processes below `root` take, and those of the process group, to which `root` itself belongs where nothing else has started the command. Resident memory: pages that processes share count for each. */
export function usedBelow(root: number, group: number | null): Used & { pids: number[] } {
  // At first: what ends while the others are read is counted once at most.
  const reapedMs = waitedForMs(root);
  const rows = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (rowOf(Number(name)) ?? []) : []));
  const children = byParent(rows);
  const found = new Map(rows.filter((row) => row.group === group).map((row) => [row.pid, row]));
  const todo = [root, ...found.keys()];
  for (let parent = todo.pop(); parent !== undefined; parent = todo.pop()) {
    for (const row of children.get(parent) ?? []) {
      if (found.has(row.pid)) continue;
      found.set(row.pid, row);
      todo.push(row.pid);
    }
  }
  const all = [...found.values()];
  const sum = (of: (row: Row) => number): number => all.reduce((before, row) => before + of(row), 0);
  return {
    pids: all.map(({ pid }) => pid),
    memoryBytes: sum(({ rssPages }) => rssPages) * systemNumber('PAGESIZE'),
    processes: sum(({ threads }) => threads),
    cpuMs: msOf(sum(({ ticks }) => ticks.own + ticks.waitedFor)) + (found.has(root) ? 0 : reapedMs),
  };
}

/** Processor time of the children that a process has waited for, of all that it has ever had; milliseconds. */
export function waitedForMs(pid: number): number {
  return msOf(rowOf(pid)?.ticks.waitedFor ?? 0);
}

/** What files of a file system take that have no name any more, and which these processes have open, by its number. */
export function namelessBytes(pids: readonly number[], device: number): number {
  const seen = new Map<number, number>();
  for (const pid of pids) {
    for (const descriptor of namesIn(`/proc/${pid}/fd`)) {
      const file = statSync(`/proc/${pid}/fd/${descriptor}`, { throwIfNoEntry: false });
      if (file?.isFile() === true && file.nlink === 0 && file.dev === device) seen.set(file.ino, file.blocks * 512);
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Of a process that has ended, or of another user: none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Bytes, with pages that several of them share counted once; slower. Null where the kernel does not tell. */
export function proportionalBytes(pids: readonly number[]): number | null {
  let kib = 0;
  for (const pid of pids) {
    const told = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
    // It may have ended by now, or be of another user.
    if (told === undefined) continue;
    kib += Number(told);
  }
  return kib === 0 ? null : kib * 1024;
}

/** Memory that could be had, and the number of tasks: of the whole machine, at next to no cost. */
export function machineNow(): { availableBytes: number; tasks: number } {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(textOf('/proc/meminfo') ?? '')?.[1];
  const tasks = /\/(\d+) /.exec(textOf('/proc/loadavg') ?? '')?.[1];
  return { availableBytes: Number(available ?? 0) * 1024, tasks: Number(tasks ?? 0) };
}

function byParent(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.parent);
    if (group === undefined) groups.set(row.parent, [row]);
    else group.push(row);
  }
  return groups;
}

/** Fields of proc(5) /proc/pid/stat, counted after the name, which may hold anything. */
function rowOf(pid: number): Row | null {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? 0);
  return { pid, parent: number(1), group: number(2), threads: number(17), rssPages: number(21), ticks: { own: number(11) + number(12), waitedFor: number(13) + number(14) } };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
