import type { Home } from '../../store/home.js';
import { environmentFingerprint } from '../../measure/environment.js';
import type { Fingerprint } from '../../measure/fingerprint.js';
import { launcherProblem } from '../../measure/start-command.js';
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
  const { cpu, load, container, swap } = await environmentFingerprint();
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
    ...quotaCheck(container.cpus, neededFor),
    ...swapCheck(swap, neededFor),
    usageCheck(await launcherProblem()),
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

/** Nothing to say without one, or with whole CPUs: then nothing is held up as long as no more of them are used. */
function quotaCheck(cpus: number | null, neededFor: string): Check[] {
  if (cpus === null) return [];
  const whole = Number.isInteger(cpus);
  return [{ name: 'cpu quota', status: whole ? 'ok' : 'warn', found: `${cpus} CPUs' worth of time in this container`, neededFor, fix: whole ? null : 'Give the container whole CPUs: what is above the quota is held up for the rest of each tenth of a second.' }];
}

function swapCheck(swap: Fingerprint['swap'], neededFor: string): Check[] {
  if (!swap || swap.usedBytes === 0) return [];
  return [{ name: 'swap', status: 'warn', found: `${(swap.usedBytes / gibibyte).toFixed(2)} GiB used of ${(swap.bytes / gibibyte).toFixed(2)}`, neededFor, fix: 'End what takes the memory; `sudo swapoff -a` brings it back at once.' }];
}

function usageCheck(problem: string | null): Check {
  const check = { name: 'resource usage', neededFor: 'CPU time and peak memory of samples, tight wall times, [measure]' };
  if (problem === null) return { ...check, status: 'ok', found: 'CPU time and peak memory of every command', fix: null };
  return { ...check, status: 'warn', found: `not known: ${problem}`, fix: process.platform === 'linux' ? 'Install util-linux, and koffi where npm left it out (`npm install koffi`).' : 'Measure on Linux.' };
}
