import { rankSumAtMost, sumTails } from './null-distribution.js';

/** Probability of a rank sum at least as large (`greater`) or as small (`less`) as the one seen, if the median is the shift. */
export interface Tails {
  greater: number;
  less: number;
}

/**
 * Exact one-sided p-value of Wilcoxon's signed-rank test of H0 "the median of the differences is at most `shift`".
 * See `signedRankTails`.
 */
export function signedRankP(differences: readonly number[], shift: number): number {
  return signedRankTails(differences, shift).greater;
}

/**
 * Both one-sided p-values of Wilcoxon's signed-rank test against `shift`, from the exact distribution over all
 * assignments of signs, given the sizes seen. Ties get midranks. Zeros keep their ranks and are then left out of the
 * sum and of the assignments (Pratt 1959): dropping them before ranking, as Wilcoxon did, can turn a result
 * significant by making a difference smaller, which a verdict must never do. Differences that agree but for
 * rounding (1e-12 of the largest) are ties. No differences, or only zeros: both are 1.
 *
 * `builds`: of which build each difference is, where several are of one. Those share what the build itself adds, so they
 * are turned around together: the assignments are those of one sign a build (the clustered signed-rank test of Rosner,
 * Glynn and Lee 2006, exact instead of asymptotic). It is exact for any effect of a build that is as likely to favour one
 * side as the other, and with one difference a build it is Wilcoxon's.
 *
 * Takes n log n after the first call for an n, where nothing is tied and no build is there twice; else about n squared a build.
 */
export function signedRankTails(differences: readonly number[], shift: number, builds?: readonly number[]): Tails {
  const { ranks, order, tied } = ranked(differences, shift);
  const n = differences.length;
  const shared = builds !== undefined && new Set(builds).size < n;
  if (n > 0 && !tied && !shared) {
    let positive = 0;
    for (let i = 0; i < n; i++) if ((differences[order[i] as number] as number) > shift) positive += i + 1;
    const atMost = rankSumAtMost(n);
    return { greater: atMost[atMost.length - 1 - positive] as number, less: atMost[positive] as number };
  }
  const sums = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const at = order[i] as number;
    const rank = ranks[i] as number;
    const unit = shared ? (builds[at] as number) : at;
    sums.set(unit, (sums.get(unit) ?? 0) + ((differences[at] as number) > shift ? rank : -rank));
  }
  // Ranks are doubled, so that midranks are whole numbers.
  const scale = tied ? 1 : 2;
  const weights: number[] = [];
  let total = 0;
  let positive = 0;
  for (const sum of sums.values()) {
    if (sum === 0) continue;
    const weight = Math.abs(sum) / scale;
    weights.push(weight);
    total += weight;
    if (sum > 0) positive += weight;
  }
  if (weights.length === 0) return { greater: 1, less: 1 };
  const { atMost, atLeast } = sumTails(weights, total, positive);
  return { greater: atLeast, less: atMost };
}

interface Ranked {
  /** Indices of the differences, by the size of what is left above or below the shift. */
  order: number[];
  /** Doubled midranks in that order; 0 for a difference that is the shift. */
  ranks: number[];
  /** Whether a rank is not just its place: ties or zeros. */
  tied: boolean;
}

function ranked(differences: readonly number[], shift: number): Ranked {
  const n = differences.length;
  const sizes = new Float64Array(n);
  const order: number[] = [];
  let scale = Math.abs(shift);
  for (let i = 0; i < n; i++) {
    const difference = differences[i] as number;
    if (!Number.isFinite(difference)) throw new RangeError('a signed-rank test needs finite differences');
    scale = Math.max(scale, Math.abs(difference));
    sizes[i] = Math.abs(difference - shift);
    order.push(i);
  }
  if (n > 100) order.sort((x, y) => (sizes[x] as number) - (sizes[y] as number));
  else insertionSort(order, sizes);
  const same = scale * 1e-12;
  const ranks: number[] = [];
  let tied = false;
  for (let from = 0; from < n; ) {
    const size = sizes[order[from] as number] as number;
    let to = from + 1;
    while (to < n && (sizes[order[to] as number] as number) - size <= same) to++;
    const zero = size <= same;
    if (zero || to - from > 1) tied = true;
    for (let i = from; i < to; i++) ranks.push(zero ? 0 : from + 1 + to);
    from = to;
  }
  return { ranks, order, tied };
}

/** Faster than the general one for the few differences of a look, of which a simulation takes millions. */
function insertionSort(order: number[], sizes: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const moved = order[i] as number;
    const size = sizes[moved] as number;
    let j = i - 1;
    while (j >= 0 && (sizes[order[j] as number] as number) > size) {
      order[j + 1] = order[j] as number;
      j--;
    }
    order[j + 1] = moved;
  }
}
