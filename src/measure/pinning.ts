import { readFileSync } from 'node:fs';
import type { Config } from '../core/config/schema.js';
import { parseCpuList } from '../core/config/cpus.js';
import { PerfloopError } from '../core/errors.js';

type Read = (path: string) => string | null;

/** With fewer, a benchmark that is bound to some of them shares them with the rest, or has none to spread to. */
const fewestForAuto = 4;

/**
 * The CPUs that samples, tests and checks are bound to; none: as this process is. `auto` leaves the first core, with all
 * its threads, to everything else. Throws PL_NO_PINNING when one is named that this process may not use.
 */
export function cpusFor(config: Pick<Config, 'measure'> | { measure?: Config['measure'] }, read: Read = readText): number[] {
  const wanted = config.measure?.cpus;
  if (wanted === undefined) return [];
  const allowed = allowedCpus(read);
  if (wanted === 'auto') return allowed.length < fewestForAuto ? [] : withoutFirstCore(allowed, read);
  const named = parseCpuList(wanted) ?? [];
  const missing = named.filter((cpu) => !allowed.includes(cpu));
  if (missing.length === 0) return named;
  throw new PerfloopError('PL_NO_PINNING', `perfloop may not use the CPU${missing.length === 1 ? '' : 's'} ${missing.join(', ')} on this machine${allowed.length === 0 ? '' : `; it may use ${allowed.join(', ')}`}.`, {
    where: 'measure.cpus',
    fix: 'Name others, or set `cpus = "auto"`.',
  });
}

/** Empty where the machine does not tell. */
export function allowedCpus(read: Read = readText): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  return list === undefined ? [] : (parseCpuList(list) ?? []);
}

function withoutFirstCore(allowed: readonly number[], read: Read): number[] {
  const [first] = allowed;
  const siblings = parseCpuList(read(`/sys/devices/system/cpu/cpu${first ?? 0}/topology/thread_siblings_list`)?.trim() ?? '') ?? [];
  return allowed.filter((cpu) => cpu !== first && !siblings.includes(cpu));
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
