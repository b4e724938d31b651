import { expect, test } from 'vitest';
import { betaDeviate } from '../../../src/core/stats/beta.js';
import { seededRandom } from '../../../src/core/stats/random.js';

test.each([[1, 1], [1, 2], [3, 9], [40, 2.5]])('deviates of Beta(%d, %d) have its mean and variance', (a, b) => {
  const random = seededRandom(`${a} ${b}`);
  const drawn = Array.from({ length: 20_000 }, () => betaDeviate(random, a, b));
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  const expected = a / (a + b);
  const spread = (a * b) / ((a + b) ** 2 * (a + b + 1));
  // Five standard errors of the mean; the variance within a tenth.
  expect(Math.abs(mean - expected)).toBeLessThan(5 * Math.sqrt(spread / drawn.length));
  expect(variance / spread).toBeGreaterThan(0.9);
  expect(variance / spread).toBeLessThan(1.1);
});
