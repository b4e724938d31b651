import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Null: no limit, or not on Linux. */
export interface ContainerLimits {
  /** CPUs' worth of time that may be used. */
  cpus: number | null;
  memoryBytes: number | null;
}

/** The tightest limits on this process, of control groups version 2 or 1, over its group and the groups above. */
export function containerLimits(read: (path: string) => string | null = readText, root = '/sys/fs/cgroup'): ContainerLimits {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const cpus: (number | null)[] = [];
  const memory: (number | null)[] = [];
  for (const [, controllers = '', ...rest] of groups) {
    const names = controllers.split(',');
    for (const folder of withParents(rest.join(':'))) {
      if (controllers === '') {
        cpus.push(quota(...((read(join(root, folder, 'cpu.max')) ?? '').split(' ') as [string, string?])));
        memory.push(bytes(read(join(root, folder, 'memory.max'))));
      }
      if (names.includes('cpu')) cpus.push(quota(read(join(root, 'cpu', folder, 'cpu.cfs_quota_us')) ?? '', read(join(root, 'cpu', folder, 'cpu.cfs_period_us')) ?? ''));
      if (names.includes('memory')) memory.push(bytes(read(join(root, 'memory', folder, 'memory.limit_in_bytes'))));
    }
  }
  return { cpus: smallest(cpus), memoryBytes: smallest(memory) };
}

/** The folders of this process's CPU control group and of those above it, whose `cpu.stat` tells what was held up. */
export function cpuGroupFolders(read: (path: string) => string | null = readText, root = '/sys/fs/cgroup'): string[] {
  return (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, ...rest] = line.split(':');
    if (controllers !== '' && controllers?.split(',').includes('cpu') !== true) return [];
    return withParents(rest.join(':')).map((folder) => join(root, controllers === '' ? '' : 'cpu', folder));
  });
}

function withParents(group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..');
  return parts.reduceRight<string[]>((folders, _, index) => [...folders, parts.slice(0, index + 1).join('/')], []).concat('');
}

/** Microseconds of CPU time in a period of wall time; `max` and -1 mean no limit. */
function quota(limit: string, period = '100000'): number | null {
  const ratio = Number(limit.trim() || Number.NaN) / Number(period);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : null;
}

/** Version 1 writes "no limit" as a number near 2^63. */
function bytes(text: string | null): number | null {
  const limit = Number(text?.trim() || Number.NaN);
  return Number.isFinite(limit) && limit < 2 ** 60 ? limit : null;
}

function smallest(limits: (number | null)[]): number | null {
  const set = limits.filter((limit) => limit !== null);
  return set.length === 0 ? null : Math.min(...set);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
