import { rankSumAtMost } from './null-distribution.js';
import { signedRankTails } from './signed-rank.js';

export interface Interval {
  lower: number;
  upper: number;
}

/** Median of the Walsh averages (Hodges and Lehmann 1963). Throws RangeError for no differences. */
export function hodgesLehmann(differences: readonly number[]): number {
  return middle(walshAverages(differences));
}

/**
 * The estimate above with a two-sided interval for the centre of symmetry, from one sort: the shifts that the signed-rank
 * test does not reject, read off the sorted Walsh averages by the exact quantile (Hollander, Wolfe and Chicken 2014, section
 * 3.3). Where several differences are of one build, those that the test of builds does not reject, found by bisection over
 * the Walsh averages, between which its p-values do not change. Six differences, or builds, are the fewest that reach 95%;
 * with fewer it is the whole range, which is less sure. Throws RangeError for no differences.
 */
export function estimateWithInterval(differences: readonly number[], confidence: number, builds?: readonly number[]): { estimate: number; interval: Interval } {
  const averages = walshAverages(differences);
  const estimate = middle(averages);
  const tail = (1 - confidence) / 2;
  if (builds !== undefined && new Set(builds).size < differences.length) return { estimate, interval: intervalOfBuilds(differences, builds, averages, tail) };
  const atMost = rankSumAtMost(differences.length);
  let rank = 0;
  while ((atMost[rank + 1] as number) <= tail) rank++;
  return {
    estimate,
    interval: { lower: averages[rank] as number, upper: averages[averages.length - 1 - rank] as number },
  };
}

function intervalOfBuilds(differences: readonly number[], builds: readonly number[], averages: Float64Array, tail: number): Interval {
  const last = averages.length - 1;
  const tailsAfter = (rank: number) => signedRankTails(differences, ((averages[rank] as number) + (averages[Math.min(last, rank + 1)] as number)) / 2, builds);
  const low = first(-1, last, (rank) => tailsAfter(rank).greater > tail);
  const high = first(low - 1, last, (rank) => tailsAfter(rank).less <= tail);
  return { lower: averages[low] as number, upper: averages[high] as number };
}

/** The smallest whole number in (from, to] for which it holds, where it holds from some number on; `to` if for none before. */
function first(from: number, to: number, holds: (at: number) => boolean): number {
  let below = from;
  let above = to;
  while (above - below > 1) {
    const between = Math.floor((below + above) / 2);
    if (holds(between)) above = between;
    else below = between;
  }
  return above;
}

function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length;
  if (n === 0) throw new RangeError('no differences');
  const averages = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) averages[next++] = ((differences[i] as number) + (differences[j] as number)) / 2;
  return averages.sort();
}
