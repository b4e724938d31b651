import { describe, expect, it } from 'vitest';
import type { Flag } from '../../../src/core/flag.js';
import { approvedVerdict, askedAgain, flagWarnings, personNeeded, withFlags } from '../../../src/core/run/person.js';
import type { Measured, Verdict } from '../../../src/core/verdict/verdict.js';

const measured: Measured = { ratio: 1.5, ci95: [1.4, 1.6], pairs: 9, samples: 26, delta: 0.02 };
const accepted: Verdict = { kind: 'accepted', measured, reasons: [{ code: 'faster', text: 'confirmed: 50.0% faster' }] };
const quarantined: Verdict = { kind: 'quarantined', measured, reasons: [{ code: 'too-fast', text: 'too good' }] };
const rejected: Verdict = { kind: 'rejected', measured, reasons: [{ code: 'futile', text: 'no gain' }] };
const flag: Flag = { code: 'cache', file: 'src/a.js', line: 3, text: 'const kept = new Map();', why: 'it keeps results' };
const again = { verdict: quarantined, samples: null };

describe('whether a person decides', () => {
  it.each([
    ['never', accepted, [flag], null],
    ['risky', accepted, [], null],
    ['risky', accepted, [flag], 'risky'],
    ['risky', rejected, [flag], null],
    ['each', accepted, [], 'asked'],
    ['final', accepted, [flag], null],
  ] as const)('%s: %o with flags %o', (mode, verdict, flags, expected) => {
    expect(personNeeded(mode, { verdict, flags: [...flags] })).toBe(expected);
  });

  it('asks about a quarantine in every mode but never, and only where a second measurement bore it out', () => {
    for (const mode of ['risky', 'each', 'final'] as const) expect(personNeeded(mode, { verdict: quarantined, again })).toBe('quarantined');
    expect(personNeeded('never', { verdict: quarantined, again })).toBeNull();
    expect(personNeeded('each', { verdict: quarantined })).toBeNull();
  });
});

describe('what was approved and is measured afresh', () => {
  it.each([
    ['quarantined', accepted, true],
    ['quarantined', quarantined, false],
    ['risky', accepted, false],
    ['asked', quarantined, false],
    [null, accepted, false],
  ] as const)('needs a person for %s after %o: %s', (needed, before, expected) => {
    expect(askedAgain(needed, before)).toBe(expected);
  });
});

describe('a judgement, where nobody can be asked', () => {
  it('quarantines what is accepted with flags, and keeps the numbers', () => {
    const verdict = withFlags('risky', accepted, [flag]);
    expect(verdict).toMatchObject({ kind: 'quarantined', measured, reasons: [{ code: 'risky' }] });
    expect(verdict.reasons[0]?.text).toBe('it is faster (confirmed: 50.0% faster), and a person must look first at one place of the change: cache at src/a.js:3');
  });

  it('leaves a rejection, an acceptance without flags, and everything where flags are only told', () => {
    expect(withFlags('risky', rejected, [flag])).toBe(rejected);
    expect(withFlags('risky', accepted, [])).toBe(accepted);
    expect(withFlags('never', accepted, [flag])).toBe(accepted);
    expect(flagWarnings({ id: 'r1-1', verdict: accepted, flags: [flag] })).toEqual(['r1-1 is accepted with cache at src/a.js:3: it keeps results [const kept = new Map();]']);
    expect(flagWarnings({ id: 'r1-1', verdict: rejected, flags: [flag] })).toEqual([]);
  });
});

it('an approved quarantine is an acceptance that says who answers for it', () => {
  expect(approvedVerdict(quarantined, 'ann')).toEqual({ kind: 'accepted', measured, reasons: [{ code: 'too-fast', text: 'too good' }, { code: 'approved', text: 'approved by ann, who was shown this' }] });
  expect(approvedVerdict(accepted, 'ann')).toBe(accepted);
  expect(approvedVerdict(quarantined, null)).toBe(quarantined);
});
