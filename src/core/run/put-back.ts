import type { CandidateRef } from '../candidate.js';
import { triedCandidates } from './round.js';
import { decisionOn, type RunModel } from './model.js';
import { isPartOf } from './turned.js';

/** The candidates that were left aside for one of these trials, which a person has refused: each alone is yet to be tried. */
export function putBack(model: RunModel, trials: readonly string[]): CandidateRef[] {
  const { aside = [], status } = model;
  const refused = status.trials.filter(({ id }) => trials.includes(id) && decisionOn(model, id)?.approve === false).map(({ candidate }) => candidate);
  const tried = new Set(triedCandidates(status.trials));
  return aside.filter((part, index) => !tried.has(part.id) && aside.findIndex(({ id }) => id === part.id) === index && refused.some((whole) => isPartOf(part, whole)));
}
