import type { Home } from '../../store/home.js';
import { environmentFingerprint } from '../../measure/environment.js';
import { PerfloopError } from '../../core/errors.js';
import { assertHomeWritable, freeBytes } from '../../worker/engine/home-check.js';
import type { Check } from './check.js';

const gibibyte = 1024 ** 3;
/** Worktrees, caches and profiles of a few targets. */
const comfortableBytes = 2 * gibibyte;

export function homeCheck(home: Home): Check {
  const check = { name: 'home', neededFor: 'everything that perfloop keeps' };
  try {
    assertHomeWritable(home);
    const free = freeBytes(home.root);
    const found = `${home.root}, ${(free / gibibyte).toFixed(1)} GiB free`;
    if (free >= comfortableBytes) return { ...check, status: 'ok', found, fix: null };
    return { ...check, status: 'warn', found, fix: `Free some space: worktrees and caches may need ${comfortableBytes / gibibyte} GiB. Or name another home with PERFLOOP_HOME.` };
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    return { ...check, status: 'fail', found: `${error.message}: ${error.where ?? home.root}`, fix: error.fix ?? null };
  }
}

/** How quiet the machine is: none of it stops perfloop, all of it costs samples. */
export async function measuringChecks(): Promise<Check[]> {
  const { cpu, load } = await environmentFingerprint();
  const neededFor = 'few samples to a verdict';
  const busy = (load[0] ?? 0) / cpu.usable;
  return [
    {
      name: 'cores',
      status: cpu.usable >= 2 ? 'ok' : 'warn',
      found: `${cpu.usable} usable of ${cpu.cores}, ${cpu.model}`,
      neededFor: 'measuring on one core while the server and the worker use another',
      fix: cpu.usable >= 2 ? null : 'Use a machine or a container with 2 cores or more.',
    },
    {
      name: 'load',
      status: busy < 0.5 ? 'ok' : 'warn',
      found: `${(load[0] ?? 0).toFixed(2)} over the last minute`,
      neededFor,
      fix: busy < 0.5 ? null : 'Let other work finish before you measure.',
    },
    governorCheck(cpu.governor, neededFor),
    turboCheck(cpu.turbo, neededFor),
  ];
}

function governorCheck(governor: string | null, neededFor: string): Check {
  const good = governor === null || governor === 'performance';
  return { name: 'cpu governor', status: good ? 'ok' : 'warn', found: governor ?? 'not told by this machine', neededFor, fix: good ? null : 'Run `sudo cpupower frequency-set -g performance`.' };
}

function turboCheck(turbo: boolean | null, neededFor: string): Check {
  const found = turbo === null ? 'not told by this machine' : turbo ? 'on' : 'off';
  return { name: 'cpu turbo', status: turbo === true ? 'warn' : 'ok', found, neededFor, fix: turbo === true ? 'Switch it off while you measure: its clock depends on heat and on what other cores do.' : null };
}
