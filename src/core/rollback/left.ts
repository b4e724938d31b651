import { isInChampion } from '../run/ablation.js';
import type { RunStatus } from '../status.js';

/**
 * Whether a result has a commit before the first patch of it that is rolled back: the patch that was accepted onto the base
 * stands. Nothing is left where the run left a patch out again: what is before the champion was then made anew, and never measured.
 */
export function isAnythingLeft({ accepted, trials, rolledBack = [], target }: Pick<RunStatus, 'accepted' | 'trials' | 'rolledBack' | 'target'>): boolean {
  if (rolledBack.length === 0) return accepted > 0;
  if (trials.some(({ dropped }) => dropped === true)) return false;
  const first = trials.find((trial) => isInChampion(trial) && trial.champion === target.base);
  return first !== undefined && !rolledBack.some(({ trial }) => trial === first.id);
}
