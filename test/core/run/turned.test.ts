import { expect, it } from 'vitest';
import { isUnderWay, undecidedTrialOf, undecidedWhole } from '../../../src/core/run/turned.js';
import type { TrialState, TrialSummary } from '../../../src/core/status.js';

const trial = (state: TrialState, knob?: string) => ({ state, candidate: (knob === undefined ? {} : { knob: { id: knob, kind: 'declared', value: '1' } }) as TrialSummary['candidate'] });

it('a knob waits for the trial of it, alone or with others, until that is decided', () => {
  const together = trial('screening', 'a+b');
  expect(undecidedTrialOf([trial('screening'), trial('screening', 'c'), together], { id: 'a' })).toBe(together);
  expect(undecidedTrialOf([trial('decided', 'a+b'), trial('passed', 'c')], { id: 'a' })).toBeUndefined();
  expect(undecidedTrialOf([trial('passed', 'a')], { id: 'a+b' })).toBeUndefined();
});

it('what passed, waits for a person or is decided is not under way', () => {
  const states: TrialState[] = ['queued', 'preparing', 'screening', 'rebuilding', 'confirming', 'measuring-again', 'passed', 'awaiting-approval', 'decided'];
  expect(states.filter((state) => isUnderWay({ state }))).toEqual(states.slice(0, 6));
});

it('a change waits for the trial of a candidate that it is a part of', () => {
  const whole = { state: 'screening' as TrialState, candidate: { covers: ['a', 'b'] } as TrialSummary['candidate'] };
  expect(undecidedWhole([trial('screening'), whole], { id: 'b' })).toBe(whole);
  expect(undecidedWhole([trial('screening'), whole], { id: 'c' })).toBeUndefined();
  expect(undecidedWhole([{ ...whole, state: 'decided' }], { id: 'b' })).toBeUndefined();
});
