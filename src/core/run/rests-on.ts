import type { CandidateRef } from '../candidate.js';
import type { TrialSummary } from '../status.js';

type Trial = Pick<TrialSummary, 'id' | 'state' | 'verdict' | 'candidate'>;

/** What became of a candidate in its last trial. */
function standingOf(id: string, trials: readonly Trial[]): { kind: 'not-tried' } | { kind: 'accepted' | 'waits' | 'refused'; trial: string } {
  const trial = trials.findLast(({ candidate }) => candidate.id === id);
  if (trial === undefined) return { kind: 'not-tried' };
  return { kind: trial.state === 'awaiting-approval' ? 'waits' : trial.verdict?.kind === 'accepted' ? 'accepted' : 'refused', trial: trial.id };
}

/** Whether one that it rests on was judged again, and turned down: then it is turned down with it, and waits for no later run. */
export function isRefusedWith({ restsOn = [] }: Pick<CandidateRef, 'restsOn'>, trials: readonly Trial[]): boolean {
  return restsOn.some((id) => standingOf(id, trials).kind === 'refused');
}

/** Why a candidate cannot be tried, since one that it rests on is not in the champion; null where all are. */
export function whyWithout({ restsOn = [] }: Pick<CandidateRef, 'restsOn'>, known: readonly Pick<CandidateRef, 'id' | 'title'>[], trials: readonly Trial[]): string | null {
  for (const id of restsOn) {
    const title = known.find((candidate) => candidate.id === id)?.title ?? id;
    const standing = standingOf(id, trials);
    if (standing.kind === 'not-tried') return `it rests on "${title}", which was not tried`;
    if (standing.kind === 'waits') return `it rests on "${title}" (${standing.trial}), on which a person has yet to decide`;
    if (standing.kind === 'refused') return `it rests on "${title}" (${standing.trial}), which was not accepted again`;
  }
  return null;
}
