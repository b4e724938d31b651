import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answered, judgementsFor, mostJudgements, newBisection, nextStep, type BisectAnswer, type Bisection } from '../../../src/core/watch/bisect.js';

interface Ended {
  first: number;
  last: number;
  outOf: boolean;
  state: Bisection;
  asked: [at: number, answer: BisectAnswer][];
}

/** Plays a whole search; a search that does not end is a failure. */
function search(count: number, answerOf: (at: number, nth: number) => BisectAnswer, most?: number): Ended {
  let state = newBisection(count, most);
  const asked: [number, BisectAnswer][] = [];
  for (let nth = 0; nth <= 4 * count + 10; nth += 1) {
    const step = nextStep(state);
    if (step.kind === 'end') return { ...step, state, asked };
    expect(step.at).toBeGreaterThan(state.good);
    expect(step.at).toBeLessThan(state.bad);
    const answer = answerOf(step.at, nth);
    asked.push([step.at, answer]);
    state = answered(state, step.at, answer);
  }
  throw new Error(`no end: ${JSON.stringify(state)}`);
}

describe('the search for the culprit', () => {
  test('finds it at every position, in as many judgements as a bisection takes', () => {
    for (let count = 1; count <= 70; count += 1) {
      for (let culprit = 1; culprit <= count; culprit += 1) {
        const ended = search(count, (at) => (at >= culprit ? 'slower' : 'not-slower'));
        expect([count, ended.first, ended.last, ended.outOf]).toEqual([count, culprit, culprit, false]);
        expect(ended.asked.length).toBeLessThanOrEqual(judgementsFor(count));
      }
    }
  });

  test('with one commit that cannot be judged, at every place: the culprit, or the range that hides it', () => {
    for (let count = 2; count <= 24; count += 1) {
      for (let culprit = 1; culprit <= count; culprit += 1) {
        for (let skipped = 1; skipped < count; skipped += 1) {
          const { first, last, outOf } = search(count, (at) => (at === skipped ? 'skip' : at >= culprit ? 'slower' : 'not-slower'));
          expect(outOf).toBe(false);
          // Only where the skipped one is the culprit, or stands right before it, nobody can tell the two apart.
          const range = skipped === culprit ? [culprit, culprit + 1] : skipped === culprit - 1 ? [skipped, culprit] : [culprit, culprit];
          expect([count, culprit, skipped, first, last]).toEqual([count, culprit, skipped, ...range]);
        }
      }
    }
  });

  test('with any that cannot be judged, the culprit is in the range, and all of it but its end was skipped, unless judgements ran out', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.uniqueArray(fc.integer({ min: 1, max: 199 })), (count, place, skips) => {
      const culprit = (place % count) + 1;
      const skipped = new Set(skips.filter((at) => at < count));
      const { first, last, outOf, asked } = search(count, (at) => (skipped.has(at) ? 'skip' : at >= culprit ? 'slower' : 'not-slower'));
      expect(first).toBeLessThanOrEqual(culprit);
      expect(last).toBeGreaterThanOrEqual(culprit);
      expect(asked.length).toBeLessThanOrEqual(mostJudgements(count));
      if (outOf) expect(asked).toHaveLength(mostJudgements(count));
      else for (let at = first; at < last; at += 1) expect(skipped.has(at)).toBe(true);
    }));
  });

  test('whatever noise answers, it ends within its bound, with a range that its answers bear out', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.constantFrom<BisectAnswer>('slower', 'not-slower', 'open', 'skip'), { minLength: 1, maxLength: 40 }), fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }), (count, answers, most) => {
      const { first, last, asked } = search(count, (_at, nth) => answers[nth % answers.length] ?? 'skip', most);
      const bound = Math.min(mostJudgements(count), most ?? Infinity);
      expect(asked.length).toBeLessThanOrEqual(bound);
      expect(1 <= first && first <= last && last <= count).toBe(true);
      expect(last === count || asked.some(([at, answer]) => at === last && answer === 'slower')).toBe(true);
      expect(first === 1 || asked.some(([at, answer]) => at === first - 1 && answer === 'not-slower')).toBe(true);
      for (const [at] of asked) expect(asked.filter(([other]) => other === at).length).toBeLessThanOrEqual(2);
    }));
  });

  test('what noise leaves open is asked once more, and then skipped', () => {
    const { asked, first, last } = search(3, (at, nth) => (at === 1 && nth < 2 ? 'open' : 'slower'));
    expect(asked).toEqual([[1, 'open'], [1, 'open'], [2, 'slower']]);
    expect([first, last]).toEqual([1, 2]);
    const decided = search(3, (at, nth) => (at === 1 && nth === 0 ? 'open' : 'slower'));
    expect([decided.asked.length, decided.first, decided.last]).toEqual([2, 1, 1]);
  });

  test('a stretch that does not build is left by leaps: of 20 commits around the middle of 64 that cannot be judged, two are asked at most', () => {
    const { asked } = search(64, (at) => (at > 22 && at < 43 ? 'skip' : at >= 60 ? 'slower' : 'not-slower'));
    expect(asked.filter(([, answer]) => answer === 'skip').length).toBeLessThanOrEqual(2);
  });
});
