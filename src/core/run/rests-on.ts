import type { CandidateRef } from '../candidate.js';
import type { TrialSummary } from '../status.js';

/** Whether one that it rests on was judged again, and turned down: then it is turned down with it, and waits for no later run. */
export function isRefusedWith({ restsOn = [] }: Pick<CandidateRef, 'restsOn'>, trials: readonly Pick<TrialSummary, 'state' | 'verdict' | 'candidate'>[]): boolean {
  return restsOn.some((id) => {
    const trial = trials.findLast(({ candidate }) => candidate.id === id);
    return trial !== undefined && trial.state !== 'awaiting-approval' && trial.verdict?.kind !== 'accepted';
  });
}

/** Why a candidate cannot be tried, since one that it rests on is not in the champion; null where all are. */
export function whyWithout({ restsOn = [] }: Pick<CandidateRef, 'restsOn'>, known: readonly Pick<CandidateRef, 'id' | 'title'>[], trials: readonly Pick<TrialSummary, 'id' | 'state' | 'verdict' | 'candidate'>[]): string | null {
  for (const id of restsOn) {
    const title = known.find((candidate) => candidate.id === id)?.title ?? id;
    const trial = trials.findLast(({ candidate }) => candidate.id === id);
    if (trial === undefined) return `it rests on "${title}", which was not tried`;
    if (trial.state === 'awaiting-approval') return `it rests on "${title}" (${trial.id}), on which a person has yet to decide`;
    if (trial.verdict?.kind !== 'accepted') return `it rests on "${title}" (${trial.id}), which was not accepted again`;
  }
  return null;
}
