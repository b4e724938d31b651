import { ratioText, verdictWord } from '../../core/verdict/words.js';
import type { TrialState } from '../../core/status.js';
import type { Verdict, VerdictKind } from '../../core/verdict/verdict.js';
import type { Format, Style } from '../style.js';
import { clean, intervalText, plural } from './numbers.js';

export const verdictFormat: Record<VerdictKind, Format> = { accepted: 'green', rejected: 'red', inconclusive: 'yellow', quarantined: 'magenta' };

export const trialStateText: Record<TrialState, string> = {
  queued: 'queued',
  preparing: 'preparing',
  screening: 'screening',
  rebuilding: 'rebuilding',
  confirming: 'confirming',
  'measuring-again': 'measuring again',
  passed: 'passed',
  'awaiting-approval': 'needs approval',
  decided: 'decided',
};

/** `1.420x (1.391 .. 1.447, 28 pairs)`, or that nothing was measured. */
export function measuredText(verdict: Verdict): string {
  const { measured } = verdict;
  return measured === null ? 'not measured' : `${ratioText(measured.ratio)} (${intervalText(measured.ci95)}, ${plural(measured.pairs, 'pair')}${measured.builds === undefined ? '' : ` of ${plural(measured.builds, 'build')}`})`;
}

/** `accepted 1.420x (…): reason; reason`. With `brief`, numbers only where no reason has them. */
export function verdictText(verdict: Verdict, style: Style, brief = false): string {
  const numbers = verdict.measured === null || (brief && verdict.reasons.length > 0) ? '' : ` ${measuredText(verdict)}`;
  const reasons = verdict.reasons.map((reason) => clean(reason.text)).join('; ');
  return `${style([verdictFormat[verdict.kind], 'bold'] as Format, verdictWord(verdict))}${numbers}${reasons === '' ? '' : `: ${reasons}`}`;
}
