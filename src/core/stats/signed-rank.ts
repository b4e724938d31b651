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
 * Takes n log n after the first call for an n, where nothing is tied; about n cubed where there are ties.
 */
export function signedRankTails(differences: readonly number[], shift: number): Tails {
  const n = differences.length;
  let scale = Math.abs(shift);
  const bySize: number[] = [];
  for (const difference of differences) {
    if (!Number.isFinite(difference)) throw new RangeError('a signed-rank test needs finite differences');
    scale = Math.max(scale, Math.abs(difference));
    bySize.push(difference - shift);
  }
  bySize.sort((x, y) => Math.abs(x) - Math.abs(y));
  const same = scale * 1e-12;

  // Ranks are doubled, so that midranks are integers.
  const ranks: number[] = [];
  let positive = 0;
  let tied = false;
  for (let from = 0; from < n; ) {
    const size = Math.abs(bySize[from] as number);
    let to = from + 1;
    while (to < n && Math.abs(bySize[to] as number) - size <= same) to++;
    if (size <= same || to - from > 1) tied = true;
    if (size > same) {
      const rank = from + 1 + to;
      for (let i = from; i < to; i++) {
        ranks.push(rank);
        if ((bySize[i] as number) > 0) positive += rank;
      }
    }
    from = to;
  }
  if (ranks.length === 0) return { greater: 1, less: 1 };
  if (!tied) {
    const atMost = nullDistribution(n);
    const last = atMost.length - 1;
    return { greater: atMost[last - positive / 2] as number, less: atMost[positive / 2] as number };
  }
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  return { greater: sumAtMost(ranks, total, total - positive), less: sumAtMost(ranks, total, positive) };
}

/** Median of the Walsh averages (Hodges and Lehmann 1963). Throws RangeError for no differences. */
export function hodgesLehmann(differences: readonly number[]): number {
  const averages = walshAverages(differences);
  const half = averages.length >> 1;
  const upper = averages[half] as number;
  return averages.length % 2 === 1 ? upper : ((averages[half - 1] as number) + upper) / 2;
}

export interface Interval {
  lower: number;
  upper: number;
  /** What the interval attains under symmetry; below what was asked for when there are too few differences. */
  confidence: number;
}

/**
 * Two-sided interval for the centre of symmetry: the shifts that the signed-rank test does not reject, read off the
 * sorted Walsh averages by the exact quantile (Hollander, Wolfe and Chicken 2014, section 3.3). Six differences are
 * the fewest that reach 95%; with fewer it is their whole range. Throws RangeError for no differences.
 */
export function signedRankInterval(differences: readonly number[], confidence: number): Interval {
  const averages = walshAverages(differences);
  const atMost = nullDistribution(differences.length);
  const tail = (1 - confidence) / 2;
  let rank = 0;
  while ((atMost[rank + 1] as number) <= tail) rank++;
  return {
    lower: averages[rank] as number,
    upper: averages[averages.length - 1 - rank] as number,
    confidence: 1 - 2 * (atMost[rank] as number),
  };
}

function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length;
  if (n === 0) throw new RangeError('no differences');
  const averages = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) averages[next++] = ((differences[i] as number) + (differences[j] as number)) / 2;
  return averages.sort();
}

const nullDistributions = new Map<number, Float64Array>();

/** P(rank sum <= k) for k = 0 .. n(n+1)/2 without ties. */
function nullDistribution(n: number): Float64Array {
  let atMost = nullDistributions.get(n);
  if (atMost === undefined) {
    const total = (n * (n + 1)) / 2;
    const half = Math.floor(total / 2);
    const weights = signDistribution(Array.from({ length: n }, (_, i) => i + 1), half);
    atMost = new Float64Array(total + 1);
    let sum = 0;
    for (let k = 0; k <= half; k++) {
      sum += weights[k] as number;
      atMost[k] = sum;
    }
    for (let k = half + 1; k < total; k++) atMost[k] = 1 - (atMost[total - 1 - k] as number);
    atMost[total] = 1;
    nullDistributions.set(n, atMost);
  }
  return atMost;
}

/** P(sum of the ranks with a plus <= limit) when each sign is a fair coin; the distribution is symmetric about total / 2. */
function sumAtMost(ranks: readonly number[], total: number, limit: number): number {
  const mirrored = limit > total / 2;
  const last = mirrored ? total - limit - 1 : limit;
  if (last < 0) return 1;
  let sum = 0;
  for (const weight of signDistribution(ranks, last)) sum += weight;
  return mirrored ? 1 - sum : sum;
}

/** P(sum of the ranks with a plus = k) for k = 0 .. last. */
function signDistribution(ranks: readonly number[], last: number): Float64Array {
  const weights = new Float64Array(last + 1);
  weights[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached = Math.min(last, reached + rank);
    for (let k = reached; k >= rank; k--) weights[k] = ((weights[k] as number) + (weights[k - rank] as number)) / 2;
    for (let k = Math.min(rank - 1, reached); k >= 0; k--) weights[k] = (weights[k] as number) / 2;
  }
  return weights;
}
