import { readFileSync, readdirSync } from 'node:fs';

/** Processor time of every process, by pid, at one moment. */
export interface ProgramTimes {
  at: number;
  processes: Map<number, { name: string; parent: number; start: string; ticks: number }>;
}

/** A program and how much of a CPU its processes used. */
export interface BusyProgram {
  name: string;
  cpus: number;
}

/** Of proc(5): a tick of /proc/pid/stat is a hundredth of a second wherever Linux runs today. */
const ticksPerSecond = 100;

/** Null where there is no /proc. */
export function readProgramTimes(): ProgramTimes | null {
  if (process.platform !== 'linux') return null;
  const processes: ProgramTimes['processes'] = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const found = readStat(name);
    if (found !== null) processes.set(Number(name), found);
  }
  return { at: performance.now(), processes };
}

/**
 * What other programs used between two moments, the busiest first: those that were there at both, without this process and
 * what it started. Processes of one name count as one program.
 */
export function busyPrograms(before: ProgramTimes, after: ProgramTimes, own = process.pid): BusyProgram[] {
  const seconds = (after.at - before.at) / 1000;
  const used = new Map<string, number>();
  for (const [pid, { name, start, ticks }] of after.processes) {
    const earlier = before.processes.get(pid);
    if (earlier?.start !== start || isBelow(after, pid, own)) continue;
    used.set(name, (used.get(name) ?? 0) + (ticks - earlier.ticks) / ticksPerSecond);
  }
  return [...used].map(([name, time]) => ({ name, cpus: time / seconds })).filter(({ cpus }) => cpus >= 0.01).toSorted((a, b) => b.cpus - a.cpus);
}

function isBelow({ processes }: ProgramTimes, pid: number, ancestor: number): boolean {
  const seen = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && !seen.has(at); at = processes.get(at)?.parent) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
}

/** Fields of proc(5) /proc/pid/stat, counted after the command name, which may hold anything. */
function readStat(pid: string): { name: string; parent: number; start: string; ticks: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(fields[1]), start: fields[19] ?? '', ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}
