import type { TrialState } from '../../core/status.js';
import type { Verdict, VerdictKind } from '../../core/verdict/verdict.js';
import type { Format, Style } from '../style.js';
import { clean, intervalText, percentText, plural, ratioText } from './numbers.js';

export const verdictFormat: Record<VerdictKind, Format> = { accepted: 'green', rejected: 'red', inconclusive: 'yellow', quarantined: 'magenta' };

export const trialStateText: Record<TrialState, string> = {
  queued: 'queued',
  preparing: 'preparing',
  screening: 'screening',
  rebuilding: 'rebuilding',
  confirming: 'confirming',
  passed: 'passed',
  'awaiting-approval': 'needs approval',
  decided: 'decided',
};

/** `1.420x (1.391 .. 1.447, 28 pairs)`, or that nothing was measured. */
export function measuredText(verdict: Verdict): string {
  const { measured } = verdict;
  return measured === null ? 'not measured' : `${ratioText(measured.ratio)} (${intervalText(measured.ci95)}, ${plural(measured.pairs, 'pair')})`;
}

/** `accepted 1.420x (…): reason; reason`. */
export function verdictText(verdict: Verdict, style: Style): string {
  const numbers = verdict.measured === null ? '' : ` ${measuredText(verdict)}`;
  const reasons = verdict.reasons.map((reason) => clean(reason.text)).join('; ');
  return `${style([verdictFormat[verdict.kind], 'bold'] as Format, verdict.kind)}${numbers}${reasons === '' ? '' : `: ${reasons}`}`;
}

/** Says a ratio as people do: `42.0% faster`, `2.31x as fast`, `1.2% slower`. */
export function fasterText(ratio: number): string {
  if (ratio >= 2) return `${ratioText(ratio)} as fast`;
  if (ratio >= 1) return `${percentText(ratio - 1)} faster`;
  return `${percentText(1 / ratio - 1)} slower`;
}
