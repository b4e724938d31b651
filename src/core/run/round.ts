import type { TrialSummary } from '../status.js';
import { exhausted, type RunModel } from './model.js';

/** Trials of this round that passed and that no person has to decide on, the largest gain first. */
export function acceptanceOrder(trials: readonly TrialSummary[]): TrialSummary[] {
  return trials
    .filter((trial) => trial.state === 'passed')
    .sort((one, other) => (other.verdict?.measured?.ratio ?? 0) - (one.verdict?.measured?.ratio ?? 0) || (one.id < other.id ? -1 : 1));
}

/** Ids of the candidates that need no second trial: not those that only were overtaken by another's acceptance, or by the end of a run that goes on now. */
export function triedCandidates(trials: readonly TrialSummary[]): string[] {
  return trials.filter((trial) => trial.verdict?.reasons.some((reason) => reason.code === 'superseded' || reason.code === 'stopped') !== true).map((trial) => trial.candidate.id);
}

/** How many trials of this round tried a candidate, without those that only measure afresh what passed before (`r1-2c`). */
export function firstTrials({ trials, round }: Pick<RunModel['status'], 'trials' | 'round'>): number {
  return trials.filter((trial) => trial.round === round && /^r\d+-\d+$/.test(trial.id)).length;
}

/** How many more candidates may be tried. While more is being proposed, half of the places are kept for it. */
export function placesLeft(limit: number, tried: number, moreToCome: boolean): number {
  const left = Math.max(0, limit - tried);
  return moreToCome ? Math.ceil(left / 2) : left;
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
