import type { Pair } from '../sample.js';
import { estimateWithInterval } from '../stats/hodges-lehmann.js';
import { mean, standardDeviation, studentQuantile } from '../stats/summary.js';
import { pairDifference, withBuilds, type MetricRule } from './metrics.js';
import type { Measured } from './verdict.js';

/** Of ratios, for fewer than two pairs: nothing is known. Finite, because JSON has no infinity. */
export const unknownInterval: [number, number] = [0, Number.MAX_VALUE];

/** The signs of fewer builds make no interval of 95%. */
const fewestBuilds = 6;

/**
 * exp of the Hodges-Lehmann estimate with its interval; 1 and `unknownInterval` where no pair has numbers. Where the pairs are of
 * six builds or more, the interval takes the luck of builds into account.
 */
export function measuredOf(pairs: readonly Pair[], rules: readonly MetricRule[], delta: number, samples: number): Measured {
  const { differences, builds } = withBuilds(pairs, (pair) => pairDifference(pair, rules));
  if (differences.length === 0) return { ratio: 1, ci95: unknownInterval, pairs: 0, samples, delta };
  const count = new Set(builds).size;
  const { estimate, interval } = estimateWithInterval(differences, 0.95, count >= fewestBuilds ? builds : undefined);
  const ci95: [number, number] = differences.length >= 6 ? [Math.exp(interval.lower), Math.exp(interval.upper)] : studentInterval(differences);
  return { ratio: Math.exp(estimate), ci95, pairs: differences.length, ...(count > 1 ? { builds: count } : {}), samples, delta };
}

/** No rank interval of fewer than 6 pairs reaches 95%, so there it is Student's interval of the mean log ratio, widened to the range of the differences. */
function studentInterval(differences: readonly number[]): [number, number] {
  const n = differences.length;
  if (n < 2) return unknownInterval;
  const centre = mean(differences);
  const reach = (studentQuantile(0.975, n - 1) * standardDeviation(differences)) / Math.sqrt(n);
  const lower = Math.min(centre - reach, ...differences);
  const upper = Math.max(centre + reach, ...differences);
  return [Math.exp(lower), Math.min(Math.exp(upper), Number.MAX_VALUE)];
}
