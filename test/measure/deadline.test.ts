import { describe, expect, it } from 'vitest';
import { lateFor } from '../../src/measure/deadline.js';
import { wallPairs } from '../core/verdict/pairs.js';

const pairs = (count: number) => wallPairs('screen', Array.from({ length: count }, () => 0));

/** A sampling whose clock the test moves, in seconds. */
function sampling(deadline: number, secondsPerSample: number): { at(seconds: number, taken: number, wanted: number): boolean } {
  let now = 0;
  const late = lateFor(deadline * 1000, secondsPerSample, () => now);
  return {
    at(seconds, taken, wanted) {
      now = seconds * 1000;
      return late(pairs(taken), wanted);
    },
  };
}

describe('whether the pairs up to a look still fit', () => {
  it('is told by what is known of a sample before the first, with one pair to warm up', () => {
    expect(sampling(10, 1).at(0, 0, 4)).toBe(false);
    expect(sampling(9.9, 1).at(0, 0, 4)).toBe(true);
  });

  it('is told by what the pairs took from then on, whatever was known and the first one took', () => {
    const slow = sampling(60, 1);
    expect(slow.at(0, 0, 4)).toBe(false);
    // The pair that warmed up.
    expect(slow.at(20, 0, 4)).toBe(false);
    expect(slow.at(30, 1, 4)).toBe(false);
    expect(slow.at(45, 2, 4)).toBe(true);
    const quick = sampling(60, 9);
    expect(quick.at(0, 0, 3)).toBe(true);
    expect(quick.at(1, 0, 3)).toBe(false);
    expect(quick.at(5, 1, 10)).toBe(false);
  });

  it('counts only the pairs of this sampling after a resume', () => {
    const resumed = sampling(30, 1);
    expect(resumed.at(0, 10, 15)).toBe(false);
    expect(resumed.at(2, 10, 15)).toBe(false);
    expect(resumed.at(8, 11, 15)).toBe(true);
    expect(resumed.at(8, 11, 14)).toBe(false);
  });
});
