import { isBack, type AcceptedPatch, type RollbackRequest } from './rollback.js';

/** What a request of a person is about, of what the run had accepted. */
export function asked(patches: readonly AcceptedPatch[], { run, trials, undo }: Pick<RollbackRequest, 'run' | 'trials' | 'undo'>): AcceptedPatch[] {
  const named = trials.length === 0 ? patches.filter(({ first }) => undo || first.run === run) : patches.filter(({ trial }) => trials.includes(trial));
  return named.filter((patch) => isBack(patch) === undo);
}

/**
 * What an alert takes back: each patch that was accepted first after the last good time, once, whichever runs had it since.
 * What a person has given back stays, and so does what is rolled back already by another than `own`, the ids that the alert itself gives.
 */
export function acceptedSince(patches: readonly AcceptedPatch[], good: number, own: (patch: AcceptedPatch) => string): AcceptedPatch[] {
  const once = new Map(patches.filter(({ first }) => first.at > good).map((patch) => [`${patch.first.run} ${patch.first.trial}`, patch]));
  return [...once.values()].filter((patch) => patch.said === undefined || patch.said.id === own(patch)).toSorted((one, other) => one.first.at - other.first.at);
}
