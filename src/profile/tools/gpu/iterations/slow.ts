import { medianOf } from '../../median.js';

/**
 * Three times the median absolute deviation, scaled to a standard deviation (Leys et al. 2013, "Detecting outliers", the conservative
 * choice), and a fifth of the median, so that a steady program has no slow iterations by a microsecond.
 */
const deviations = 3;
const toSigma = 1.4826;
const leastExcess = 0.2;

/** How many at the beginning are warm-up, and which later ones are slow. */
export function slowOnes(times: readonly number[]): { warmUp: number; slow: Set<number> } {
  const usual = medianOf(times);
  const spread = toSigma * medianOf(times.map((one) => Math.abs(one - usual)));
  const limit = usual + Math.max(deviations * spread, leastExcess * usual);
  // Fewer than three say nothing of each other.
  const isSlow = (one: number | undefined): boolean => times.length >= 3 && (one ?? 0) > limit;
  let warmUp = 0;
  while (isSlow(times[warmUp])) warmUp += 1;
  return { warmUp, slow: new Set([...times.keys()].filter((i) => i >= warmUp && isSlow(times[i]))) };
}

/** The others. */
export const usualOf = (times: readonly number[], warmUp: number, slow: ReadonlySet<number>): number[] => [...times.keys()].filter((i) => i >= warmUp && !slow.has(i));
