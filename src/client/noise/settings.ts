import { randomInt } from 'node:crypto';
import { benchmarksOf } from '../../core/config/benchmarks.js';
import type { Config } from '../../core/config/schema.js';
import type { Pair, Sample } from '../../core/sample.js';
import { signedRankP } from '../../core/stats/signed-rank.js';
import { median } from '../../core/stats/summary.js';
import { metricRules, pairDifference, type MetricRule } from '../../core/verdict/metrics.js';
import { robustSpread } from '../../core/verdict/noise-profile.js';
import { takeEach } from '../../measure/combine.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { acquireHostLock } from '../../measure/host-lock.js';
import type { Launcher } from '../../measure/launcher/launcher.js';
import { allowedCpus } from '../../measure/pinning.js';
import { runCommand } from '../../measure/run-command.js';
import { takeSample } from '../../measure/sample.js';
import { rulesOfBenchmark } from '../../measure/take-pair.js';
import { openLauncher } from '../../measure/start-command.js';
import type { Home } from '../../store/home.js';
import { shellWord } from '../../core/shell-word.js';

/** What a setting that needs no rights did to the noise. */
export interface TriedSetting {
  name: string;
  /** How to have it. */
  how: string;
  spread: number;
  /** Of the pairs as it is, taken in turn with these. */
  spreadWithout: number;
  /** Median time by the median time as it is. */
  time: number;
  /** Exact one-sided p-value of H0 "it makes the differences within pairs no smaller". */
  p: number;
}

interface Setting {
  name: string;
  how: string;
  launcher: Launcher;
  wrap: (run: string) => string;
}

export interface TryRequest {
  home: Home;
  config: Config;
  sides: [string, string];
  rounds: number;
  onRound: (done: number) => void;
  signal: AbortSignal;
}

/**
 * Takes pairs as it is and pairs under each setting in turn, in random order within a round, and compares how far the two
 * samples of a pair differ. Empty where there is no launcher, which binds to CPUs, or a sample fails.
 */
export async function trySettings({ home, config, sides, rounds, onRound, signal }: TryRequest): Promise<TriedSetting[]> {
  const lock = await acquireHostLock({ folder: home.locks, mode: 'exclusive', signal });
  const launchers: Launcher[] = [];
  try {
    const open = async (cpus: number[]): Promise<Launcher | null> => {
      const launcher = await openLauncher([lock.fd], cpus);
      if (launcher !== null) launchers.push(launcher);
      return launcher;
    };
    const settings = await settingsHere(open);
    const rules = metricRules(config.metrics, config.benchmarks);
    const differences = settings.map((): number[] => []);
    const times = settings.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const index of inRandomOrder(settings.length)) {
        const pair = await pairUnder(settings[index] as Setting, { config, sides, rules, lock, signal });
        const difference = pairDifference(pair, rules);
        if (difference === null) return [];
        differences[index]?.push(difference);
        times[index]?.push(pair.a.wallMs, pair.b.wallMs);
      }
      onRound(round + 1);
    }
    const [asIs = [], ...others] = differences;
    return others.map((own, index) => compared(settings[index + 1] as Setting, asIs, own, times[index + 1] ?? [], times[0] ?? []));
  } finally {
    for (const launcher of launchers) await launcher.close();
    lock.release();
  }
}

async function settingsHere(open: (cpus: number[]) => Promise<Launcher | null>): Promise<Setting[]> {
  const plain = await open([]);
  if (plain === null) return [];
  const as = { launcher: plain, wrap: (run: string) => run };
  const settings: Setting[] = [{ name: 'as it is', how: '', ...as }];
  const cpus = allowedCpus();
  const last = cpus.at(-1);
  if (last !== undefined && cpus.length > 1) {
    const bound = await open([last]);
    if (bound !== null) settings.push({ name: `bound to CPU ${last}`, how: `cpus = "${last}" under [measure]`, ...as, launcher: bound });
  }
  // A container may forbid it.
  const fixed = await runCommand({ command: 'setarch -R true', cwd: '/', env: commandEnvironment(), timeoutMs: 10_000 });
  if (fixed.ok) settings.push({ name: 'addresses not drawn at random', how: '`setarch -R` in front of the benchmark', ...as, wrap: (run) => `exec setarch -R /bin/sh -c ${shellWord(run)}` });
  return settings;
}

interface Taking {
  config: Config;
  sides: [string, string];
  rules: MetricRule[];
  lock: { fd: number };
  signal: AbortSignal;
}

async function pairUnder({ launcher, wrap }: Setting, { config, sides, rules, lock, signal }: Taking): Promise<Pair> {
  const take = (worktree: string): Promise<Sample> =>
    takeEach(benchmarksOf(config), ({ name, command }) =>
      takeSample({ command: { ...command, run: wrap(command.run) }, worktree, rules: rulesOfBenchmark({ name }, rules), launcher, hold: [lock.fd], cold: config.measure.cold, signal }),
    );
  return { stage: 'noise', index: 0, order: 'ab', a: await take(sides[0]), b: await take(sides[1]), load: 0, at: 0 };
}

function compared({ name, how }: Setting, asIs: readonly number[], own: readonly number[], times: readonly number[], timesAsIs: readonly number[]): TriedSetting {
  // Of a pair that does not differ at all there is no logarithm: as small as a difference can be told.
  const size = (difference: number): number => Math.log(Math.max(1e-9, Math.abs(difference)));
  const gains = own.map((difference, round) => size(asIs[round] ?? 0) - size(difference));
  return { name, how, spread: robustSpread(own), spreadWithout: robustSpread(asIs), time: median(times) / median(timesAsIs), p: signedRankP(gains, 0) };
}

function inRandomOrder(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}
