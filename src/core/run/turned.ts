import type { CandidateRef } from '../candidate.js';
import { turnsAlso } from '../knobs/search.js';
import type { KnobRef } from '../knobs/search.js';
import type { TrialSummary } from '../status.js';

/** Whether a candidate is all that another one does, or a part of it. */
export function isPartOf({ id, knob }: Pick<CandidateRef, 'id' | 'knob'>, whole: Pick<CandidateRef, 'covers' | 'knob'>): boolean {
  return knob === undefined ? whole.covers?.includes(id) === true : whole.knob !== undefined && turnsAlso(whole.knob, knob);
}

/** The trial that does what a candidate does and more, and on which nothing is decided yet. */
export function undecidedWhole<T extends Pick<TrialSummary, 'state' | 'candidate'>>(trials: readonly T[], part: Pick<CandidateRef, 'id' | 'knob'>): T | undefined {
  return trials.find(({ state, candidate }) => state !== 'decided' && isPartOf(part, candidate));
}

/** The trial that turns all of these knobs, maybe with others, and on which nothing is decided yet. */
export function undecidedTrialOf<T extends Pick<TrialSummary, 'state' | 'candidate'>>(trials: readonly T[], knob: Pick<KnobRef, 'id'>): T | undefined {
  return trials.find(({ state, candidate }) => state !== 'decided' && candidate.knob !== undefined && turnsAlso(candidate.knob, knob));
}

/** Whether a trial is under way. One that passed, or waits for a person, is not. */
export function isUnderWay({ state }: Pick<TrialSummary, 'state'>): boolean {
  return state !== 'decided' && state !== 'passed' && state !== 'awaiting-approval';
}
