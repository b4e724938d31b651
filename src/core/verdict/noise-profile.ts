import type { Pair, Sample } from '../sample.js';
import { mean, median, quantile, standardDeviation } from '../stats/summary.js';
import { countedPairs } from './aside.js';
import { differencesOf, type MetricRule } from './metrics.js';
import { noiseOf, type Noise } from './noise.js';

/** What A/A pairs show of a machine and a benchmark, for a person who wants to make it quieter. */
export interface NoiseProfile {
  noise: Noise;
  /** As `noise.spread`, but from the median absolute deviation: what is left when hiccups are left out. */
  robustSpread: number;
  /** Of the samples as they came, without pairing: standard deviation of the natural log of the wall time. */
  unpairedSpread: number;
  wallMs: { fastest: number; median: number; p90: number };
  /** Correlation of a sample's log wall time with that of the one before, and from which size on it is no accident (95%). */
  autocorrelation: { value: number; notable: number };
  /** Samples that took much longer than the median: how many, how much longer at least, and the longest row of them. */
  slow: { samples: number; of: number; factor: number; longestRow: number };
  /** Null where CPU time is not known. */
  cpu: { /** Of the CPU time, as `noise.spread`. */ spread: number; /** CPU time by wall time: below 1 it waits, above it uses several CPUs. */ perWall: number } | null;
  /** Samples that the quota of the container or the heat of the processor held up. */
  throttled: number;
  overheated: number;
  /** Other programs that wanted a CPU before the pairs, in the mean; null where that is not known. */
  otherLoad: number | null;
  setAside: number;
}

/** As far from the median as this many robust deviations, and by at least a tenth, is a hiccup. */
const hiccupDeviations = 4;
const hiccupLeast = 0.1;

/** Throws what `noiseOf` throws for a benchmark that cannot be measured. */
export function noiseProfile(pairs: readonly Pair[], rules: readonly MetricRule[]): NoiseProfile {
  const noise = noiseOf(pairs, rules);
  const counted = countedPairs(pairs);
  const samples = pairs.flatMap(inOrder);
  const walls = samples.map(({ wallMs }) => wallMs);
  const readings = pairs.map((pair) => pair.otherLoad).filter((reading) => reading !== undefined);
  return {
    noise,
    robustSpread: robustSpread(differencesOf(counted, rules)),
    unpairedSpread: standardDeviation(walls.map(Math.log)),
    wallMs: { fastest: Math.min(...walls), median: median(walls), p90: quantile(walls, 0.9) },
    autocorrelation: { value: lagOne(walls.map(Math.log)), notable: 1.96 / Math.sqrt(walls.length) },
    slow: slowSamples(walls),
    cpu: cpuOf(counted, samples),
    throttled: samples.filter(({ throttledMs = 0 }) => throttledMs > 0).length,
    overheated: samples.filter(({ overheated = 0 }) => overheated > 0).length,
    otherLoad: readings.length === 0 ? null : mean(readings),
    setAside: pairs.length - counted.length,
  };
}

/**
 * As `noiseOf` has the spread, but from the median absolute deviation (times 1.4826 for a normal distribution): one hiccup of
 * the machine must not decide what is asked of every candidate, and the verdict's rank test is not moved by it either.
 */
export function robustSpread(differences: readonly number[]): number {
  return deviationOf(differences) / Math.SQRT2;
}

function deviationOf(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

function inOrder({ order, a, b }: Pair): Sample[] {
  return order === 'ab' ? [a, b] : [b, a];
}

/** Sum of the products of neighbours' deviations from the mean by the sum of their squares. */
function lagOne(values: readonly number[]): number {
  const centre = mean(values);
  const off = values.map((value) => value - centre);
  const squares = off.reduce((sum, value) => sum + value * value, 0);
  return squares === 0 ? 0 : off.slice(1).reduce((sum, value, index) => sum + value * (off[index] ?? 0), 0) / squares;
}

function slowSamples(walls: readonly number[]): NoiseProfile['slow'] {
  const middle = median(walls);
  const limit = Math.max(hiccupLeast, hiccupDeviations * deviationOf(walls.map(Math.log)));
  const slow = walls.map((wall) => Math.log(wall / middle) > limit);
  let row = 0;
  let longestRow = 0;
  for (const one of slow) {
    row = one ? row + 1 : 0;
    longestRow = Math.max(longestRow, row);
  }
  return { samples: slow.filter(Boolean).length, of: walls.length, factor: Math.exp(limit), longestRow };
}

function cpuOf(pairs: readonly Pair[], samples: readonly Sample[]): NoiseProfile['cpu'] {
  const rule: MetricRule = { name: 'cpu', source: 'cpu', goal: 'min', primary: true, weight: 1, maxRegression: 0, floor: null, ceiling: null, unit: 'ms', pattern: null, match: 'only' };
  const differences = differencesOf(pairs, [rule]);
  const shares = samples.flatMap(({ cpuMs, wallMs }) => (cpuMs === undefined ? [] : [cpuMs / wallMs]));
  return differences.length < 3 || shares.length === 0 ? null : { spread: standardDeviation(differences) / Math.SQRT2, perWall: median(shares) };
}
