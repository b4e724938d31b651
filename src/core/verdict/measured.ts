import type { Pair } from '../sample.js';
import { hodgesLehmann, signedRankInterval } from '../stats/signed-rank.js';
import { mean, standardDeviation, studentQuantile } from '../stats/summary.js';
import { differencesOf, type MetricRule } from './metrics.js';
import type { Measured } from './verdict.js';

/** Of ratios, for fewer than two pairs: nothing is known. Finite, because JSON has no infinity. */
export const unknownInterval: [number, number] = [0, Number.MAX_VALUE];

/** exp of the Hodges-Lehmann estimate with its interval; 1 and `unknownInterval` where no pair has numbers. */
export function measuredOf(pairs: readonly Pair[], rules: readonly MetricRule[], delta: number, samples: number): Measured {
  const differences = differencesOf(pairs, rules);
  if (differences.length === 0) return { ratio: 1, ci95: unknownInterval, pairs: 0, samples, delta };
  return { ratio: Math.exp(hodgesLehmann(differences)), ci95: interval95(differences), pairs: differences.length, samples, delta };
}

/**
 * 95% interval of the ratio: signed-rank from 6 pairs on. No rank interval of fewer reaches 95%, so there it is
 * Student's interval of the mean log ratio, widened to the range of the differences.
 */
function interval95(differences: readonly number[]): [number, number] {
  const n = differences.length;
  if (n < 2) return unknownInterval;
  if (n >= 6) {
    const { lower, upper } = signedRankInterval(differences, 0.95);
    return [Math.exp(lower), Math.exp(upper)];
  }
  const centre = mean(differences);
  const reach = (studentQuantile(0.975, n - 1) * standardDeviation(differences)) / Math.sqrt(n);
  const lower = Math.min(centre - reach, ...differences);
  const upper = Math.max(centre + reach, ...differences);
  return [Math.exp(lower), Math.min(Math.exp(upper), Number.MAX_VALUE)];
}
