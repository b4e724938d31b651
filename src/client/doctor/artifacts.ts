import { join } from 'node:path';
import type { PerfloopError } from '../../core/errors.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import type { Home } from '../../store/home.js';
import { probeStore, type Probed } from '../../store/probe.js';
import type { Check } from './check.js';

const patienceMs = 5000;
/** A verdict takes some dozens of requests; slower than this they are felt. */
const slowMs = 1000;
/** Signatures are refused from a quarter of an hour. */
const mostAheadMs = 300_000;

/** The store that several hosts share, where one is set: a small file is written, read and removed again. What is in the home, the check of the home covers. */
export async function artifactsCheck(home: Home, env: NodeJS.ProcessEnv): Promise<Check[]> {
  if (home.artifacts === join(home.root, 'artifacts')) return [];
  const check = { name: 'artifacts', neededFor: 'logs, profiles, samples and commits of runs, on every host' };
  try {
    const artifacts = artifactsOf(home, { env, patienceMs });
    const probed = await probeStore(artifacts);
    return [{ ...check, ...judged(probed), found: `${artifacts.place}: written in ${ms(probed.writeMs)}, read in ${ms(probed.readMs)}, removed in ${ms(probed.removeMs)}` }];
  } catch (error) {
    const { message, where = home.artifacts, fix = 'Make it readable and writable.' } = error as PerfloopError;
    return [{ ...check, status: 'fail', found: `${message} (${where})`, fix }];
  }
}

function judged({ writeMs, readMs, aheadMs }: Probed): Pick<Check, 'status' | 'fix'> {
  if (Math.abs(aheadMs) > mostAheadMs) return { status: 'warn', fix: `Set the clock of this host: it is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'behind' : 'before'} that of the store.` };
  if (writeMs + readMs > 2 * slowMs) return { status: 'warn', fix: 'Use a store that is nearer: each step waits for what it wrote.' };
  return { status: 'ok', fix: null };
}

const ms = (value: number): string => `${Math.ceil(value)} ms`;
