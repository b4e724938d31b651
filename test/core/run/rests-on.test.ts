import { expect, it } from 'vitest';
import { isRefusedWith, whyWithout } from '../../../src/core/run/rests-on.js';
import { sampleTrial } from '../../client/sample-status.js';

const known = [{ id: 'a', title: 'make a fast' }];
const trialOf = (changes: Parameters<typeof sampleTrial>[0]) => sampleTrial({ id: 'r1-1', candidate: { ...sampleTrial().candidate, id: 'a' }, ...changes });
const why = (...trials: ReturnType<typeof sampleTrial>[]): string | null => whyWithout({ restsOn: ['a'] }, known, trials);

it('is possible where what it rests on was accepted again, or where it rests on nothing', () => {
  expect(why(trialOf({ state: 'decided', verdict: { kind: 'accepted', measured: null, reasons: [] } as never }))).toBeNull();
  expect(whyWithout({}, known, [])).toBeNull();
});

it('says what it rests on, and what became of that', () => {
  expect(why()).toBe('it rests on "make a fast", which was not tried');
  expect(why(trialOf({ state: 'awaiting-approval' }))).toBe('it rests on "make a fast" (r1-1), on which a person has yet to decide');
  expect(why(trialOf({ state: 'decided', verdict: { kind: 'rejected', measured: null, reasons: [] } }))).toBe('it rests on "make a fast" (r1-1), which was not accepted again');
});

it('is turned down with what it rests on, and waits where that waits', () => {
  const isRefused = (...trials: ReturnType<typeof sampleTrial>[]): boolean => isRefusedWith({ restsOn: ['a'] }, trials);
  expect(isRefused(trialOf({ state: 'decided', verdict: { kind: 'rejected', measured: null, reasons: [] } }))).toBe(true);
  expect(isRefused(trialOf({ state: 'awaiting-approval' }))).toBe(false);
  expect(isRefused()).toBe(false);
});
