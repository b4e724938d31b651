import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateWithInterval, hodgesLehmann } from '../../../src/core/stats/hodges-lehmann.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { signedRankTails, type Tails } from '../../../src/core/stats/signed-rank.js';

/** By the definition: the pairs of each build are turned around together, in every way, and the rank sums counted one by one. */
function enumerated(differences: readonly number[], shift: number, builds: readonly number[]): Tails {
  const shifted = differences.map((difference) => difference - shift);
  const sizes = shifted.map(Math.abs);
  const rank = (size: number): number => sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
  const signedRanks = shifted.map((difference, i) => Math.sign(difference) * rank(sizes[i] as number));
  const names = [...new Set(builds)];
  const seen = signedRanks.reduce((sum, value) => sum + value, 0);
  let greater = 0;
  let less = 0;
  const all = 2 ** names.length;
  for (let turned = 0; turned < all; turned++) {
    const sum = signedRanks.reduce((total, value, i) => total + ((turned >> names.indexOf(builds[i] as number)) & 1 ? -value : value), 0);
    if (sum >= seen) greater++;
    if (sum <= seen) less++;
  }
  return { greater: greater / all, less: less / all };
}

const someWithBuilds = fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 10 });

describe('signed-rank test of builds', () => {
  it('equals the enumeration of all ways to turn the builds around, with ties and zeros', () => {
    fc.assert(
      fc.property(someWithBuilds, fc.integer({ min: -3, max: 3 }), (pairs, shift) => {
        const differences = pairs.map(([difference]) => difference);
        const builds = pairs.map(([, build]) => build);
        const exact = enumerated(differences, shift, builds);
        const tails = signedRankTails(differences, shift, builds);
        expect(tails.greater).toBeCloseTo(exact.greater, 12);
        expect(tails.less).toBeCloseTo(exact.less, 12);
      }),
      { numRuns: 500 },
    );
  });

  it('is that of pairs, where each build has one', () => {
    const random = seededRandom('one each');
    for (const n of [1, 5, 12, 30]) {
      const differences = Array.from({ length: n }, () => normalDeviate(random));
      const builds = differences.map((_, i) => (i * 7) % n);
      expect(signedRankTails(differences, 0.1, builds)).toEqual(signedRankTails(differences, 0.1));
    }
  });

  it('never finds more than its builds can show', () => {
    for (const [builds, pairs] of [[1, 20], [4, 12], [8, 64]] as const) {
      const differences = Array.from({ length: pairs }, (_, i) => 1 + i / 100);
      expect(signedRankTails(differences, 0, differences.map((_, i) => i % builds)).greater).toBeCloseTo(2 ** -builds, 12);
    }
  });

  it('keeps its error where builds differ by more than the pairs of one do, and the test of pairs does not', () => {
    const random = seededRandom('luck');
    const trials = 4000;
    const rejected = { builds: 0, pairs: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const luck = Array.from({ length: 8 }, () => 0.03 * normalDeviate(random));
      const builds = Array.from({ length: 32 }, (_, i) => i % 8);
      const differences = builds.map((build) => (luck[build] as number) + 0.02 * normalDeviate(random));
      if (signedRankTails(differences, 0, builds).greater <= 0.05) rejected.builds++;
      if (signedRankTails(differences, 0).greater <= 0.05) rejected.pairs++;
    }
    // Four standard errors above 5%.
    expect(rejected.builds / trials).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / trials));
    expect(rejected.pairs / trials).toBeGreaterThan(0.15);
  });
});

describe('interval of builds', () => {
  it('holds exactly the shifts that the test does not reject', () => {
    const random = seededRandom('duality of builds');
    for (const [count, pairs] of [[8, 16], [8, 24], [16, 32], [16, 64]] as const) {
      const builds = Array.from({ length: pairs }, (_, i) => i % count);
      const luck = Array.from({ length: count }, () => normalDeviate(random));
      const differences = builds.map((build) => (luck[build] as number) + normalDeviate(random));
      const { lower, upper } = estimateWithInterval(differences, 0.95, builds).interval;
      for (const [end, side] of [[lower, 'greater'], [upper, 'less']] as const) {
        const outwards = side === 'greater' ? -1e-9 : 1e-9;
        expect(signedRankTails(differences, end + outwards, builds)[side]).toBeLessThanOrEqual(0.025);
        expect(signedRankTails(differences, end - outwards, builds)[side]).toBeGreaterThan(0.025);
      }
    }
  });

  it('covers the truth as often as it says, where builds differ', () => {
    const random = seededRandom('coverage of builds');
    const trials = 1500;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const luck = Array.from({ length: 12 }, () => normalDeviate(random));
      const builds = Array.from({ length: 24 }, (_, i) => i % 12);
      const { lower, upper } = estimateWithInterval(builds.map((build) => (luck[build] as number) + normalDeviate(random)), 0.95, builds).interval;
      if (lower <= 0 && upper >= 0) covered++;
    }
    expect(Math.abs(covered / trials - 0.953)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / trials));
  });

  it('is the whole range where the builds are too few for 95%', () => {
    const differences = [0.1, 0.3, 0.2, 0.4, 0.6, 0.5, 0.2];
    expect(estimateWithInterval(differences, 0.95, [0, 1, 2, 0, 1, 2, 0]).interval).toEqual({ lower: 0.1, upper: 0.6 });
  });

  it('leaves the estimate as it is: the median of all pairwise means', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 30 }), (differences) => {
        const means = differences.flatMap((x, i) => differences.slice(i).map((y) => (x + y) / 2)).sort((x, y) => x - y);
        const median = ((means[Math.floor((means.length - 1) / 2)] as number) + (means[Math.ceil((means.length - 1) / 2)] as number)) / 2;
        expect(hodgesLehmann(differences)).toBeCloseTo(median, 12);
        expect(estimateWithInterval(differences, 0.95, differences.map((_, i) => i % 3)).estimate).toBe(hodgesLehmann(differences));
      }),
    );
  });
});
