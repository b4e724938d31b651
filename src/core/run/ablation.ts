import type { Ablation, TrialSummary } from '../status.js';
import { deltaOf, type Noise } from '../verdict/noise.js';
import type { Verdict } from '../verdict/verdict.js';
import { gainText, intervalText } from '../verdict/words.js';

/** Accepted candidates that are in the champion, the smallest gain first. */
export function weakestFirst(trials: readonly TrialSummary[]): TrialSummary[] {
  const gain = ({ verdict }: TrialSummary) => verdict?.measured?.ratio ?? 1;
  return trials.filter(isInChampion).sort((one, other) => gain(one) - gain(other) || (one.id < other.id ? -1 : 1));
}

export function isInChampion({ state, verdict, dropped }: TrialSummary): boolean {
  return state === 'decided' && verdict?.kind === 'accepted' && dropped !== true;
}

/**
 * What a champion without one of its patches has to show, as a natural log: that it is slower by less than half of
 * ln(1 + min_gain). A bias of the setting is added, as everywhere: it must not be mistaken for a gain.
 */
export function ablationDelta(minGain: number, noise: Noise): number {
  return deltaOf(0, noise) - Math.log1p(minGain) / 2;
}

/** What leaving a patch out came to. Only what was shown is acted upon: undecided stays. */
export function ablationOf(trial: string, verdict: Verdict): Ablation {
  const { measured, reasons } = verdict;
  const state = verdict.kind === 'accepted' ? 'dropped' : reasons.some(({ code }) => code === 'futile') ? 'kept' : verdict.kind === 'inconclusive' || measured !== null ? 'undecided' : 'needed';
  const why = reasons.map(({ text }) => text.split('\n')[0] ?? '').join('; ');
  const numbers = measured === null || measured.pairs === 0 ? null : `without it the result is ${gainText(measured.ratio)} (${intervalText(measured.pairs, measured.ci95)})`;
  return { trial, state, measured, text: state === 'needed' ? `It does not work without it: ${why}` : numbers ?? why };
}
