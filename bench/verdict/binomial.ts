/** Exact one-sided 95% bounds of a probability of which `count` of `runs` were seen (Clopper and Pearson 1934). */
export function upperBound95(count: number, runs: number): number {
  return count >= runs ? 1 : crossing((p) => atMost(count, runs, p) > 0.05);
}

export function lowerBound95(count: number, runs: number): number {
  return count <= 0 ? 0 : crossing((p) => 1 - atMost(count - 1, runs, p) <= 0.05);
}

/** Where it stops to hold, if it holds from 0 on. */
function crossing(holds: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X <= count) of the binomial distribution, summed from `count` down, or from above it up. */
function atMost(count: number, runs: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return count >= runs ? 1 : 0;
  const odds = p / (1 - p);
  const below = count <= runs * p;
  let term = Math.exp(logChoose(runs, below ? count : count + 1) + (below ? count : count + 1) * Math.log(p) + (runs - (below ? count : count + 1)) * Math.log1p(-p));
  let sum = 0;
  if (below) {
    for (let k = count; k >= 0 && term > 1e-18; k--) {
      sum += term;
      term *= k / ((runs - k + 1) * odds);
    }
    return sum;
  }
  for (let k = count + 1; k <= runs && term > 1e-18; k++) {
    sum += term;
    term *= ((runs - k) * odds) / (k + 1);
  }
  return 1 - sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let k = logFactorials.length; k <= n; k++) logFactorials.push((logFactorials[k - 1] as number) + Math.log(k));
  return logFactorials[n] as number;
}
