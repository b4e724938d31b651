/** Arithmetic mean. NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample (divides by n - 1). 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** The `p`-quantile, 0 to 1, interpolated linearly (type 7 of Hyndman and Fan 1996). Throws RangeError for no values. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * p;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('a quantile needs at least one value and p from 0 to 1');
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

/** Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Mean of the worst tenth of the values, rounded up to at least one: the largest for a cost, the smallest for a rate. */
export function worstDecile(values: readonly number[], goal: 'min' | 'max'): number {
  const worstFirst = values.toSorted((x, y) => (goal === 'min' ? y - x : x - y));
  return mean(worstFirst.slice(0, Math.ceil(values.length / 10)));
}

/**
 * Quantile of Student's t for an integer number of degrees of freedom: bisection of the exact finite series of
 * Abramowitz and Stegun 26.7.3 and 26.7.4. Throws RangeError outside 0 < p < 1 or for df < 1.
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1) || !Number.isInteger(df) || df < 1) throw new RangeError(`no Student quantile for p ${p} and ${df} degrees of freedom`);
  if (p < 0.5) return -studentQuantile(1 - p, df);
  const central = 2 * p - 1;
  let low = 0;
  let high = Math.PI / 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, df) < central) low = middle;
    else high = middle;
  }
  return Math.sqrt(df) * Math.tan((low + high) / 2);
}

/** P(|T| <= sqrt(df) tan(angle)). */
function centralProbability(angle: number, df: number): number {
  const odd = df % 2 === 1;
  const cosine = Math.cos(angle);
  let term = odd ? cosine : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= df - 3; k += 2) {
    term *= (k / (k + 1)) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
