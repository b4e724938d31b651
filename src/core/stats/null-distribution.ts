const untied = new Map<number, Float64Array>();

/** P(sum of the positive ranks <= k) for k = 0 .. n(n+1)/2, when n ranks without ties get fair signs. Kept for each n. */
export function rankSumAtMost(n: number): Float64Array {
  let atMost = untied.get(n);
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
    untied.set(n, atMost);
  }
  return atMost;
}

/**
 * P(sum of the weights with a plus <= `positive`) and P(it is >= `positive`), when each sign is a fair coin. The distribution
 * is symmetric about half of the `total` of the weights, so that it is needed up to the nearer end only.
 */
export function sumTails(weights: readonly number[], total: number, positive: number): { atMost: number; atLeast: number } {
  const nearer = Math.min(positive, total - positive);
  const distribution = signDistribution(weights, nearer);
  let sum = 0;
  for (const weight of distribution) sum += weight;
  const rest = 1 - sum + (distribution[nearer] as number);
  return nearer === positive ? { atMost: sum, atLeast: rest } : { atMost: rest, atLeast: sum };
}

/** P(sum of the whole-numbered weights with a plus = k) for k = 0 .. last. */
function signDistribution(weights: readonly number[], last: number): Float64Array {
  const distribution = new Float64Array(last + 1);
  distribution[0] = 1;
  let reached = 0;
  for (const weight of weights) {
    reached = Math.min(last, reached + weight);
    for (let k = reached; k >= weight; k--) distribution[k] = ((distribution[k] as number) + (distribution[k - weight] as number)) / 2;
    for (let k = Math.min(weight - 1, reached); k >= 0; k--) distribution[k] = (distribution[k] as number) / 2;
  }
  return distribution;
}
