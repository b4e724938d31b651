import type { TrialSummary } from '../status.js';
import { exhausted, type RunModel } from './model.js';

/** Trials of this round that passed and that no person has to decide on, the largest gain first. */
export function acceptanceOrder(trials: readonly TrialSummary[]): TrialSummary[] {
  return trials
    .filter((trial) => trial.state === 'passed')
    .sort((one, other) => (other.verdict?.measured?.ratio ?? 0) - (one.verdict?.measured?.ratio ?? 0) || (one.id < other.id ? -1 : 1));
}

/** Ids of the candidates that need no second trial: not those that only were overtaken by another's acceptance. */
export function triedCandidates(trials: readonly TrialSummary[]): string[] {
  return trials.filter((trial) => trial.verdict?.reasons.some((reason) => reason.code === 'superseded') !== true).map((trial) => trial.candidate.id);
}

/** Why the loop ends after this round, or null to go on. */
export function endOfLoop(model: RunModel, plateau: number, now: number): string | null {
  const { status } = model;
  const stop = exhausted(model, now);
  if (stop !== null) return stop;
  if (status.round >= status.rounds) return `all ${status.rounds} rounds are done`;
  if (model.dry >= plateau) return model.dry === 1 ? 'the last round found nothing more' : `${model.dry} rounds in a row found nothing more`;
  return null;
}

/** The product of the accepted ratios; intervals are multiplied too, which is conservative. */
export function compoundSpeedup(accepted: readonly TrialSummary[]): { ratio: number; ci95: [number, number] } | null {
  let ratio = 1;
  let lower = 1;
  let upper = 1;
  let any = false;
  for (const trial of accepted) {
    const measured = trial.verdict?.measured;
    if (trial.verdict?.kind !== 'accepted' || !measured) continue;
    any = true;
    ratio *= measured.ratio;
    lower *= measured.ci95[0];
    upper *= measured.ci95[1];
  }
  return any ? { ratio, ci95: [lower, upper] } : null;
}
