import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { estimateWithInterval, hodgesLehmann } from '../../../src/core/stats/hodges-lehmann.js';
import { signedRankP, signedRankTails } from '../../../src/core/stats/signed-rank.js';

/** By the definition: every assignment of signs to the ranks of the non-zero differences, counted one by one. */
function enumerated(differences: number[], shift: number): { greater: number; less: number } {
  const shifted = differences.map((difference) => difference - shift);
  const sizes = shifted.map(Math.abs);
  const rank = (size: number): number => sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
  const nonZero = shifted.filter((value) => value !== 0);
  const ranks = nonZero.map((value) => rank(Math.abs(value)));
  const seen = nonZero.reduce((sum, value, i) => sum + (value > 0 ? (ranks[i] as number) : 0), 0);
  let greater = 0;
  let less = 0;
  for (let signs = 0; signs < 2 ** ranks.length; signs++) {
    const sum = ranks.reduce((total, value, i) => total + ((signs >> i) & 1 ? value : 0), 0);
    if (sum >= seen) greater++;
    if (sum <= seen) less++;
  }
  return { greater: greater / 2 ** ranks.length, less: less / 2 ** ranks.length };
}

const fewIntegers = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 12 });
const reals = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('signed-rank test', () => {
  it('equals the enumeration of all signs, with ties and zeros', () => {
    fc.assert(
      fc.property(fewIntegers, fc.integer({ min: -2, max: 2 }), (differences, shift) => {
        const { greater, less } = signedRankTails(differences, shift);
        const expected = enumerated(differences, shift);
        expect(greater).toBeCloseTo(expected.greater, 12);
        expect(less).toBeCloseTo(expected.less, 12);
      }),
      { numRuns: 300 },
    );
  });

  it('equals the enumeration of all signs without ties', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(distinct, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (sizes, signs) => {
        const differences = sizes.map((size, i) => (signs[i] ? size : -size));
        expect(signedRankP(differences, 0)).toBeCloseTo(enumerated(differences, 0).greater, 12);
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with published critical values', () => {
    // Hollander, Wolfe and Chicken, table A.4: P(T+ >= 44) = 0.053 and P(T+ >= 45) = 0.042 for n = 10.
    const withSum = (positive: number[]): number[] => Array.from({ length: 10 }, (_, i) => (positive.includes(i + 1) ? i + 1 : -(i + 1)));
    expect(signedRankP(withSum([2, 5, 10, 9, 8, 7, 3]), 0)).toBeCloseTo(0.0527, 4);
    expect(signedRankP(withSum([10, 9, 8, 7, 6, 5]), 0)).toBeCloseTo(0.042, 3);
  });

  it('gives the smallest possible p-value, 2^-n, when all exceed the shift, tied or not', () => {
    for (const n of [4, 9, 30, 60, 200]) {
      expect(signedRankP(Array.from({ length: n }, (_, i) => 0.1 + i * 0.01), 0.05)).toBeCloseTo(2 ** -n, 15);
      expect(signedRankP(Array.from({ length: n }, () => 0.1), 0.05) / 2 ** -n).toBeCloseTo(1, 9);
    }
  });

  it('says nothing from no differences or only zeros', () => {
    expect(signedRankTails([], 0)).toEqual({ greater: 1, less: 1 });
    expect(signedRankTails([0.3, 0.3, 0.3, 0.3], 0.3)).toEqual({ greater: 1, less: 1 });
  });

  it('takes differences that agree but for rounding as ties', () => {
    // 0.3 - 0.2 and 0.1 - 0.2 differ in size by one unit in the last place.
    expect(signedRankTails([0.3, 0.1, 0.7, 0.6], 0.2)).toEqual(signedRankTails([1, -1, 5, 4], 0));
  });

  it('does not depend on the order, and mirrors with the sign', () => {
    fc.assert(
      fc.property(reals, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (differences, shift) => {
        const tails = signedRankTails(differences, shift);
        expect(signedRankTails(differences.toReversed(), shift)).toEqual(tails);
        const mirrored = signedRankTails(differences.map((value) => -value), -shift);
        expect(mirrored.greater).toBeCloseTo(tails.less, 12);
        expect(mirrored.less).toBeCloseTo(tails.greater, 12);
      }),
    );
  });

  it('never finds more evidence after a difference got smaller, zeros included', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: -30, max: 30 }), { minLength: 3, maxLength: 12, selector: Math.abs });
    fc.assert(
      fc.property(distinct, fc.nat(), fc.integer({ min: 1, max: 40 }), (differences, at, drop) => {
        const lowered = differences.with(at % differences.length, (differences[at % differences.length] as number) - drop);
        fc.pre(new Set(lowered.map(Math.abs)).size === lowered.length);
        expect(signedRankP(lowered, 0)).toBeGreaterThanOrEqual(signedRankP(differences, 0) - 1e-12);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what is not a number', () => {
    expect(() => signedRankP([0.1, Number.NaN], 0)).toThrow(RangeError);
    expect(() => signedRankP([0.1, Infinity], 0)).toThrow(RangeError);
  });
});

describe('Hodges-Lehmann estimate and interval', () => {
  it('is the median of all pairwise means', () => {
    expect(hodgesLehmann([1])).toBe(1);
    expect(hodgesLehmann([1, 2])).toBe(1.5);
    expect(hodgesLehmann([1, 2, 10])).toBe((2 + 5.5) / 2);
    expect(() => hodgesLehmann([])).toThrow(RangeError);
  });

  it('moves with the differences, mirrors with their sign and lies in its interval', () => {
    fc.assert(
      fc.property(reals, fc.double({ min: -5, max: 5, noNaN: true }), (differences, shift) => {
        const estimate = hodgesLehmann(differences);
        expect(hodgesLehmann(differences.map((value) => value + shift))).toBeCloseTo(estimate + shift, 9);
        expect(hodgesLehmann(differences.map((value) => -value))).toBeCloseTo(-estimate, 12);
        const { lower, upper } = estimateWithInterval(differences, 0.95).interval;
        expect(lower).toBeLessThanOrEqual(estimate);
        expect(upper).toBeGreaterThanOrEqual(estimate);
      }),
    );
  });

  it('has exactly the shifts inside that the test does not reject', () => {
    const random = seededRandom('duality');
    for (const n of [6, 7, 10, 23, 60]) {
      const differences = Array.from({ length: n }, () => normalDeviate(random));
      const { lower, upper } = estimateWithInterval(differences, 0.95).interval;
      for (const [end, side] of [[lower, 'greater'], [upper, 'less']] as const) {
        const outwards = side === 'greater' ? -1e-6 : 1e-6;
        expect(signedRankTails(differences, end + outwards)[side]).toBeLessThanOrEqual(0.025);
        expect(signedRankTails(differences, end - outwards)[side]).toBeGreaterThan(0.025);
      }
    }
  });

  it('is the whole range where the differences are too few for 95%', () => {
    expect(estimateWithInterval([1, 2, 3, 4], 0.95).interval).toEqual({ lower: 1, upper: 4 });
  });

  it('covers the truth as often as the exact distribution says, for light and heavy tails', () => {
    const random = seededRandom('coverage');
    // Of the 512 ways to give 9 ranks a sign, 10 on each side have a sum of at most 5, the largest that 2.5% holds.
    const attained = 1 - (2 * 10) / 512;
    const draws = { normal: () => normalDeviate(random), cauchy: () => Math.tan(Math.PI * (random() - 0.5)), uniform: () => random() - 0.5 };
    for (const draw of Object.values(draws)) {
      let covered = 0;
      const trials = 3000;
      for (let i = 0; i < trials; i++) {
        const { lower, upper } = estimateWithInterval(Array.from({ length: 9 }, draw), 0.95).interval;
        if (lower <= 0 && upper >= 0) covered++;
      }
      // Four standard errors of a share near 0.96.
      expect(Math.abs(covered / trials - attained)).toBeLessThan(4 * Math.sqrt((0.96 * 0.04) / trials));
    }
  });
});
