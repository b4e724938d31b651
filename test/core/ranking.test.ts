import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../src/core/candidate.js';
import { amdahlCap, rankCandidates, type Prior } from '../../src/core/ranking.js';

function candidate(id: string, share: number | null, recipe: string | null = 'set-beside-array'): Candidate {
  return { id, proposer: 'recipes', recipe, title: id, rationale: '', findingId: null, file: 'a.js', line: 1, language: 'javascript', share, change: { kind: 'edits', edits: [] } };
}

function prior(recipe: string, tried: number, accepted: number, meanLogGain: number): Prior {
  return { recipe, language: 'javascript', tried, accepted, meanLogGain };
}

const delta = Math.log(1.02);
const rank = (candidates: Candidate[], priors: Prior[] = [], limit = 99) => rankCandidates({ candidates, priors, delta, limit });

describe('rankCandidates', () => {
  test('without lessons a candidate is expected to be accepted once in three, with a tenth gained', () => {
    expect(rank([candidate('a', 0.9)]).ranked[0]?.expected).toBeCloseTo(Math.log(1.1) / 3, 12);
  });

  test('the expectation follows the documented formula', () => {
    const { ranked } = rank([candidate('a', 0.9)], [prior('set-beside-array', 10, 6, 0.4)]);
    expect(ranked[0]?.expected).toBeCloseTo((7 / 13) * ((Math.log(1.1) + 6 * 0.4) / 7), 12);
  });

  test('a recipe that was accepted more goes first, one that was only refused goes last', () => {
    const priors = [prior('good', 4, 4, 0.5), prior('bad', 8, 0, 0)];
    const { ranked } = rank([candidate('1', 0.9, 'bad'), candidate('2', 0.9, 'new'), candidate('3', 0.9, 'good')], priors);
    expect(ranked.map((entry) => entry.candidate.recipe)).toEqual(['good', 'new', 'bad']);
  });

  test('a prior counts only for its own language', () => {
    const python = { ...candidate('p', 0.9), language: 'python' as const };
    expect(rank([python], [prior('set-beside-array', 9, 9, 2)]).ranked[0]?.expected).toBeCloseTo(Math.log(1.1) / 3, 12);
  });

  test('what could not pass the verdict even at no cost is hopeless, with the numbers', () => {
    const { ranked, hopeless } = rank([candidate('small', 0.015), candidate('large', 0.5)]);
    expect(ranked.map((entry) => entry.candidate.id)).toEqual(['large']);
    expect(hopeless.map((entry) => entry.candidate.id)).toEqual(['small']);
    expect(hopeless[0]?.why).toBe('its code takes 1.5% of the time, so it could gain at most 1.5%; the verdict asks for more than 2.0%');
  });

  test('a share that is not known is not held against a candidate', () => {
    expect(rank([candidate('a', null)]).ranked).toHaveLength(1);
  });

  test('the same change found twice is ranked once', () => {
    const { ranked, hopeless } = rank([candidate('a', 0.5), candidate('a', 0.9)]);
    expect([ranked.length, hopeless.length, ranked[0]?.candidate.share]).toEqual([1, 0, 0.5]);
  });

  test('several recipes together are expected to gain the sum, below the cap', () => {
    const alone = rank([candidate('a', 0.9, 'x')]).ranked[0]?.expected ?? 0;
    expect(rank([candidate('a', 0.9, 'x+y')]).ranked[0]?.expected).toBeCloseTo(2 * alone, 12);
    expect(rank([candidate('a', 0.03, 'x+y')], [prior('x', 90, 90, 1), prior('y', 90, 90, 1)]).ranked[0]?.expected).toBeCloseTo(amdahlCap(0.03), 12);
  });

  test('only as many as asked for are ranked', () => {
    expect(rank([candidate('a', 0.5), candidate('b', 0.6), candidate('c', 0.7)], [], 2).ranked.map((entry) => entry.candidate.id)).toEqual(['c', 'b']);
  });

  test('the order does not depend on the order of the input, and no expectation is above the cap', () => {
    const one = fc.record({ id: fc.integer({ min: 0, max: 999 }).map(String), share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })), recipe: fc.constantFrom('x', 'y', 'z+x') });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (entry) => entry.id }), fc.nat(20), fc.double({ min: 0, max: 2, noNaN: true }), (list, accepted, gain) => {
        const candidates = list.map(({ id, share, recipe }) => candidate(id, share, recipe));
        const priors = [prior('x', 20, accepted, gain)];
        const forward = rank(candidates, priors);
        expect(rank(candidates.toReversed(), priors).ranked).toEqual(forward.ranked);
        for (const { candidate: entry, expected } of forward.ranked) expect(expected).toBeLessThanOrEqual(amdahlCap(entry.share) + 1e-12);
        expect(forward.ranked.length + forward.hopeless.length).toBe(list.length);
      }),
    );
  });
});

test('the cap is the logarithm of one over the rest', () => {
  expect(amdahlCap(0.5)).toBeCloseTo(Math.log(2), 12);
  expect(amdahlCap(0)).toBe(0);
  expect(amdahlCap(1)).toBe(Infinity);
});
