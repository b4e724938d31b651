import { describe, expect, it } from 'vitest';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { mean, median, quantile, standardDeviation, studentQuantile, worstDecile } from '../../../src/core/stats/summary.js';

describe('summaries', () => {
  it('are the textbook ones', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardDeviation([5])).toBe(0);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
    expect(quantile([10, 20], 0.1)).toBeCloseTo(11, 12);
    expect(() => median([])).toThrow(RangeError);
  });

  it('take the worst tenth on the side that the goal calls bad', () => {
    const values = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(worstDecile(values, 'min')).toBe(19.5);
    expect(worstDecile(values, 'max')).toBe(1.5);
    expect(worstDecile([3, 9, 4], 'min')).toBe(9);
  });

  it("give Student's quantiles as the tables do", () => {
    const table: [number, number, number][] = [[0.975, 1, 12.7062], [0.975, 2, 4.30265], [0.975, 3, 3.18245], [0.975, 7, 2.36462], [0.95, 4, 2.13185], [0.995, 9, 3.24984], [0.975, 30, 2.04227], [0.975, 1000, 1.96234]];
    for (const [p, df, expected] of table) {
      expect(studentQuantile(p, df)).toBeCloseTo(expected, 3);
      expect(studentQuantile(1 - p, df)).toBeCloseTo(-expected, 3);
    }
    expect(studentQuantile(0.5, 5)).toBeCloseTo(0, 9);
    expect(() => studentQuantile(1, 5)).toThrow(RangeError);
    expect(() => studentQuantile(0.9, 1.5)).toThrow(RangeError);
  });
});

describe('seeded random numbers', () => {
  it('repeat with the seed and differ between seeds', () => {
    const take = (seed: string): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, random);
    };
    expect(take('a')).toEqual(take('a'));
    expect(take('a')).not.toEqual(take('b'));
    expect(new Set([...take('1'), ...take('2'), ...take('')]).size).toBe(60);
  });

  it('are uniform, and normal by Box and Muller', () => {
    const random = seededRandom('shape');
    const uniform = Array.from({ length: 20_000 }, random);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const bins = Array.from({ length: 10 }, (_, k) => uniform.filter((value) => Math.floor(value * 10) === k).length);
    // Chi-square with 9 degrees of freedom: 33.7 is its 99.99% quantile.
    expect(bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(33.7);
    const normal = Array.from({ length: 20_000 }, () => normalDeviate(random));
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(standardDeviation(normal)).toBeCloseTo(1, 1);
    expect(normal.filter((value) => value > 1.644854).length / 20_000).toBeCloseTo(0.05, 2);
  });
});
