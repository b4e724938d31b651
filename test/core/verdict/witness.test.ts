import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/verdict/verdict.js';
import { instructionFact } from '../../../src/core/verdict/witness.js';

const measured = { ratio: 1.4, ci95: [1.3, 1.5] as [number, number], pairs: 9, samples: 26, delta: 0.02 };
const accepted: Verdict = { kind: 'accepted', measured, reasons: [] };
const inconclusive: Verdict = { kind: 'inconclusive', measured: { ...measured, ratio: 1.02 }, reasons: [] };
const textOf = (champion: number, candidate: number, verdict: Verdict = accepted, championAgain = champion): string => instructionFact({ champion, championAgain, candidate }, verdict).text;

describe('what instructions tell', () => {
  it('is a ratio to four places where the count repeats itself', () => {
    expect(textOf(694_843_899, 493_000_000)).toBe("0.7095x the champion's number (694.8 M to 493.0 M)");
  });

  it('is rounder where it does not, and says so', () => {
    expect(textOf(596e6, 400e6, accepted, 588e6)).toBe("0.67x the champion's number (596.0 M to 400.0 M); a second count differs by 1.4%, as with a just-in-time compiler");
  });

  it('explains a gain that is not in the amount of work', () => {
    expect(textOf(1e9, 1e9 + 1)).toContain('; the same work takes less time: ');
    expect(textOf(1e9, 1.2e9)).toContain('; more work takes less time: ');
    expect(textOf(596e6, 590e6, accepted, 588e6)).toContain('; the same work takes less time: ');
  });

  it('says what more pairs may be worth where there was no decision', () => {
    expect(textOf(1e9, 0.98e9, inconclusive)).toContain('; it does less work, so more pairs may show a gain');
    expect(textOf(1e9, 1e9, inconclusive)).toContain('; it does the same work');
    expect(textOf(1e9, 1.1e9, inconclusive)).toContain('; it does more work');
  });
});
