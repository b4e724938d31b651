import { describe, expect, it } from 'vitest';
import { verdictOfBoth, wantsSecondLook } from '../../../src/core/verdict/again.js';
import type { Measured, ReasonCode, Verdict, VerdictKind } from '../../../src/core/verdict/verdict.js';

const measured = (ratio: number): Measured => ({ ratio, ci95: [ratio * 0.9, ratio * 1.1], pairs: 9, samples: 26, delta: 0.02 });
const verdict = (kind: VerdictKind, ratio: number, code: ReasonCode): Verdict => ({ kind, measured: measured(ratio), reasons: [{ code, text: `${code} said` }] });
const tooFast = verdict('quarantined', 12, 'too-fast');

describe('what is measured again', () => {
  it.each(['too-fast', 'roofline', 'metric-disagrees'] as const)('is a quarantine for %s', (code) => {
    expect(wantsSecondLook(verdict('quarantined', 12, code))).toBe(true);
  });

  it('is nothing else', () => {
    expect(wantsSecondLook(verdict('quarantined', 2, 'risky'))).toBe(false);
    expect(wantsSecondLook(verdict('accepted', 2, 'faster'))).toBe(false);
    expect(wantsSecondLook(verdict('rejected', 1, 'futile'))).toBe(false);
  });
});

describe('two measurements of one candidate', () => {
  it('leave it to a person where both show the gain, the second one below the limit too', () => {
    for (const again of [verdict('quarantined', 12.5, 'too-fast'), verdict('accepted', 9, 'faster')]) {
      expect(verdictOfBoth(tooFast, again)).toMatchObject({ kind: 'quarantined', measured: { ratio: 12 }, reasons: [{ code: 'too-fast' }, { code: 'repeated' }] });
    }
    expect(verdictOfBoth(tooFast, verdict('accepted', 9, 'faster')).reasons[1]?.text).toBe('measured again in a fresh clone, with nothing kept from before: 9.00 times as fast (95% interval 8.10 to 9.90 times) over 9 pairs');
  });

  it('reject it where the second one shows none, and say so', () => {
    const both = verdictOfBoth(tooFast, verdict('rejected', 1.01, 'futile'));
    expect(both).toMatchObject({ kind: 'rejected', measured: { ratio: 12 }, reasons: [{ code: 'too-fast' }, { code: 'not-repeated' }] });
    expect(both.reasons[1]?.text).toContain('a fresh clone does not bear it out: 1.0% faster');
    expect(both.reasons[1]?.text).toContain('futile said');
  });

  it('reject it where it does not even build or pass there', () => {
    const failed: Verdict = { kind: 'rejected', measured: null, reasons: [{ code: 'tests-failed', text: 'it ended with exit code 1' }] };
    expect(verdictOfBoth(tooFast, failed)).toMatchObject({ kind: 'rejected', measured: { ratio: 12 }, reasons: [{ code: 'too-fast' }, { code: 'not-repeated', text: expect.stringContaining('exit code 1') as string }] });
  });

  it('are inconclusive where the second one is', () => {
    expect(verdictOfBoth(tooFast, verdict('inconclusive', 2, 'undecided'))).toMatchObject({ kind: 'inconclusive', measured: { ratio: 12 } });
  });
});
