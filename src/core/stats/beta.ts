import { normalDeviate } from './random.js';

/** A deviate of Beta(a, b), a and b at least 1, as the ratio of gamma deviates. */
export function betaDeviate(random: () => number, a: number, b: number): number {
  const x = gammaDeviate(random, a);
  return x / (x + gammaDeviate(random, b));
}

/** A deviate of Gamma(shape, 1), shape at least 1 (Marsaglia and Tsang, ACM TOMS 26, 2000). */
function gammaDeviate(random: () => number, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalDeviate(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}
