import { learnPrinted, type PrintedNoise } from '../check/printed.js';
import type { Components } from '../stats/iterations.js';
import { PerfloopError } from '../errors.js';
import type { Pair } from '../sample.js';
import { mean, standardDeviation, studentQuantile } from '../stats/summary.js';
import { countedPairs } from './aside.js';
import { buildsOfPairs, differencesOf, type MetricRule } from './metrics.js';
import { stepsOf } from './steps.js';
import { firstBroken } from './soundness.js';

/** What pairs of one commit against itself (A/A) say of a host and a benchmark. */
export interface Noise {
  pairs: number;
  /** Standard deviation of the natural log of one sample within its pair: that of the differences by the root of 2. */
  spread: number;
  /** Mean difference, natural log: what the setting itself gives to one side. */
  bias: number;
  /** Lower 95% bound of |bias|: its size less Student's 97.5% quantile of the standard error, at least 0. Of several builds each counts once, by its mean: the luck of one is no bias of the setting. */
  biasLower95: number;
  /** Mean seconds of one benchmark execution, from start to exit. */
  secondsPerSample: number;
  /** How much longer the first executions in fresh worktrees took than the later ones, natural log. Absent where it was not looked at. */
  cold?: number;
  /** What one fresh worktree of the base takes: opened, set up from what is kept, and built. Absent where it was not looked at. */
  buildSeconds?: number;
  /** Of a benchmark that measures many steps in a process. Absent for any other. */
  steps?: Components;
  /** Whether the benchmark prints the same twice. Absent where that was not looked at. */
  printed?: PrintedNoise;
}

/**
 * `warmUps`: the pairs that were thrown away, each the first of its build. Throws PL_BENCHMARK_UNUSABLE when a sample of the unchanged base failed or has no usable number, and
 * PL_NOISE_PAIRS for fewer than three pairs.
 */
export function noiseOf(pairs: readonly Pair[], rules: readonly MetricRule[], warmUps: readonly Pair[] = []): Noise {
  const broken = firstBroken(pairs, rules);
  if (broken !== null) {
    throw new PerfloopError('PL_BENCHMARK_UNUSABLE', `The benchmark cannot be measured at the base, which is on both sides here: ${broken.reason.text}.`, {
      where: 'commands.benchmark',
      fix: 'Make the benchmark end with exit code 0 and print every metric each time it runs.',
    });
  }
  const counted = countedPairs(pairs);
  const differences = differencesOf(counted, rules);
  const n = differences.length;
  if (n < 3) throw new PerfloopError('PL_NOISE_PAIRS', `The noise cannot be estimated from ${n} pairs.`, { fix: 'Take at least 3.' });
  const printed = learnPrinted(pairs);
  const steps = stepsOf(pairs, rules);
  const cold = coldness(warmUps, pairs);
  return {
    pairs: n,
    spread: standardDeviation(differences) / Math.SQRT2,
    bias: mean(differences),
    biasLower95: lowerBound(meansByBuild(differences, buildsOfPairs(counted))),
    secondsPerSample: mean(pairs.flatMap((pair) => [pair.a.wallMs, pair.b.wallMs])) / 1000,
    ...(cold === null ? {} : { cold }),
    ...(steps === null ? {} : { steps }),
    ...(printed === null ? {} : { printed }),
  };
}

/** Of the size of the mean. */
function lowerBound(values: readonly number[]): number {
  const reach = (studentQuantile(0.975, values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return Math.max(0, Math.abs(mean(values)) - reach);
}

/** The differences themselves where they are of one build, or it is not known of which. */
function meansByBuild(differences: readonly number[], builds: readonly number[] | undefined): readonly number[] {
  const groups: number[][] = [];
  for (const [at, build] of (builds ?? []).entries()) (groups[build] ??= []).push(differences[at] as number);
  const means = groups.filter((group) => group !== undefined).map(mean);
  return means.length < 2 ? differences : means;
}

function coldness(warmUps: readonly Pair[], pairs: readonly Pair[]): number | null {
  const logs = (of: readonly Pair[]): number[] => of.flatMap(({ a, b }) => [Math.log(a.wallMs), Math.log(b.wallMs)]);
  return warmUps.length === 0 ? null : mean(logs(warmUps)) - mean(logs(pairs));
}

/** Whether each fresh build has to be run once before it is measured. A first run that is hardly slower than later ones may count: both sides have it. */
export function needsWarmUp({ cold }: Pick<Noise, 'cold'>): boolean {
  return cold === undefined || cold > 0.05;
}

/** The A/A pairs are of so many builds of the base, unless the config wants fewer. */
export const noiseBuilds = 4;

/** How many times the planned pairs are taken at most, when the first ones show a bias. */
export const mostNoiseRounds = 3;

/**
 * How many A/A pairs are due, or `stop`. A bias above the gain that is asked for would raise what every candidate has to
 * show, for as long as the noise is kept, and in a few pairs it is mostly a burst of other load: it must last in more of them.
 */
export function noisePairsDue(pairs: readonly Pair[], rules: readonly MetricRule[], { minGain, planned }: { minGain: number; planned: number }): number | 'stop' {
  const counted = countedPairs(pairs).length;
  if (counted < planned) return planned;
  if (firstBroken(pairs, rules) !== null) return 'stop';
  const rounds = Math.floor(counted / planned);
  const biased = noiseOf(pairs, rules).biasLower95 > Math.log1p(minGain);
  return biased && rounds < mostNoiseRounds ? (rounds + 1) * planned : 'stop';
}

/**
 * Whether an earlier noise says nothing of now: one execution takes half as long again as then, or saves as much. The
 * benchmark does other work under the same command, or the machine is under another load.
 */
export function isOutdated({ secondsPerSample }: Noise, secondsNow: number): boolean {
  return Math.abs(Math.log(secondsNow / secondsPerSample)) > Math.log(1.5);
}

/** The natural-log gain that must be exceeded: `minGain` as a fraction, or the bias of the setting where that is larger. */
export function deltaOf(minGain: number, noise: Noise): number {
  return Math.max(Math.log1p(minGain), noise.biasLower95);
}
