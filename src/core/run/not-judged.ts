import type { CandidateRef } from '../candidate.js';
import type { RunStatus } from '../status.js';

/** Leaves them for the next run of the fleet: nothing that was accepted once is lost over a budget, a stop, or a person who has yet to decide. */
export function leaveForNext(status: RunStatus, candidates: readonly Pick<CandidateRef, 'acceptedFirst'>[]): void {
  const of = candidates.flatMap(({ acceptedFirst }) => (acceptedFirst === undefined ? [] : [{ run: acceptedFirst.run, trial: acceptedFirst.trial }]));
  if (of.length > 0) status.notJudged = [...(status.notJudged ?? []), ...of];
}

/** What was left, without what is judged now. */
export function stillLeft({ notJudged = [] }: Pick<RunStatus, 'notJudged'>, candidates: readonly Pick<CandidateRef, 'acceptedFirst'>[]): Pick<RunStatus, 'notJudged'> {
  const left = notJudged.filter(({ run, trial }) => !candidates.some(({ acceptedFirst: first }) => first?.run === run && first.trial === trial));
  return left.length === 0 ? {} : { notJudged: left };
}
