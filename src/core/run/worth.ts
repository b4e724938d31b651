import type { Ablation, RunStatus, TrialSummary } from '../status.js';
import type { Measured } from '../verdict/verdict.js';
import { isInChampion } from './ablation.js';
import { compoundSpeedup } from './round.js';

/** What each accepted candidate gave by itself, and what the result lacks without it. */
export interface Worth {
  patches: { trial: TrialSummary; own: Measured; ablation: Ablation | null }[];
  /** Product of the own gains of what is in the result. */
  product: number;
  /** Of the result against the base, once that was measured. */
  whole: number | null;
}

/** Null where fewer than two were accepted: then the final measurement says it all. */
export function worthOf({ trials, ablations = [], final }: Pick<RunStatus, 'trials' | 'ablations' | 'final'>): Worth | null {
  const accepted = trials.filter((trial) => isInChampion(trial) || trial.dropped === true);
  const patches = accepted.flatMap((trial) => {
    const own = trial.verdict?.measured;
    return own ? [{ trial, own, ablation: ablations.find((ablation) => ablation.trial === trial.id) ?? null }] : [];
  });
  if (patches.length < 2) return null;
  return { patches, product: compoundSpeedup(trials.filter(isInChampion))?.ratio ?? 1, whole: final?.measured.ratio ?? null };
}

export const ablationWord: Record<Ablation['state'], string> = {
  kept: 'kept: the result is slower without it',
  dropped: 'left out: the result is as fast without it',
  undecided: 'kept: too noisy to tell whether it is needed',
  needed: 'kept: the rest does not work without it',
};

/** Why the gains of the parts and of the whole differ. */
export const notAdditive = 'The gains need not multiply to the whole: each was measured against the champion of its time, parts that speed up the same work overlap, and of several candidates the best measured is a little luckier than it is fast.';
