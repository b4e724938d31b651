import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseCpuList } from '../core/config/cpus.js';
import type { Fingerprint } from './fingerprint.js';

type Read = (path: string) => string | null;

/** What this machine says of its processor. Unknown is null, never a guess. */
export function readCpu(read: Read = readText): Fingerprint['cpu'] {
  const processors = cpus();
  const cpu = (core: number, name: string): string | null => line(read(`/sys/devices/system/cpu/cpu${core}/${name}`));
  const governors = new Set(processors.map((_, core) => cpu(core, 'cpufreq/scaling_governor')).filter((governor) => governor !== null));
  const maxKhz = Number(cpu(0, 'cpufreq/cpuinfo_max_freq') ?? Number.NaN);
  return {
    model: processors[0]?.model.trim() || 'unknown',
    cores: processors.length,
    usable: availableParallelism(),
    governor: governors.size === 0 ? null : [...governors].join(', '),
    turbo: turbo(read),
    maxMhz: Number.isFinite(maxKhz) ? maxKhz / 1000 : null,
    threadsPerCore: countOfList(cpu(0, 'topology/thread_siblings_list')),
    numaNodes: countOfList(line(read('/sys/devices/system/node/online'))),
    virtual: virtual(read('/proc/cpuinfo')),
  };
}

export function readMemory(read: Read = readText): Pick<Fingerprint, 'memoryBytes' | 'swap'> {
  const info = read('/proc/meminfo') ?? '';
  const bytes = (name: string): number | null => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(info)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  const [total, free] = [bytes('SwapTotal'), bytes('SwapFree')];
  return { memoryBytes: totalmem(), swap: total === null || free === null ? null : { bytes: total, usedBytes: total - free } };
}

export function addressRandomization(read: Read = readText): boolean | null {
  const level = line(read('/proc/sys/kernel/randomize_va_space'));
  return level === null ? null : level !== '0';
}

function turbo(read: Read): boolean | null {
  const noTurbo = line(read('/sys/devices/system/cpu/intel_pstate/no_turbo'));
  if (noTurbo !== null) return noTurbo === '0';
  const boost = line(read('/sys/devices/system/cpu/cpufreq/boost'));
  return boost === null ? null : boost === '1';
}

/** x86 only: elsewhere the processor does not tell. */
function virtual(info: string | null): boolean | null {
  const flags = /^flags\s*: (.*)$/m.exec(info ?? '')?.[1];
  return flags === undefined ? null : flags.split(' ').includes('hypervisor');
}

function countOfList(list: string | null): number | null {
  return list === null ? null : (parseCpuList(list)?.length ?? null);
}

const line = (text: string | null): string | null => text?.trim() || null;

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
