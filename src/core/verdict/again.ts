import type { ReasonCode, Verdict } from './verdict.js';
import { gainText, intervalText, pairsText } from './words.js';

/** What is too good to believe is measured a second time before a person is asked. */
const secondLook: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['too-fast', 'roofline', 'metric-disagrees']);

export function wantsSecondLook(verdict: Verdict): boolean {
  return verdict.kind === 'quarantined' && verdict.reasons.some(({ code }) => secondLook.has(code));
}

/**
 * The verdict of two measurements of one candidate, the second in a fresh clone. Only a gain that was confirmed both times
 * is left for a person; one that vanished came from what the first worktrees held.
 */
export function verdictOfBoth(first: Verdict, again: Verdict): Verdict {
  const { measured } = again;
  const seen = measured === null ? 'nothing could be measured' : `${gainText(measured.ratio)} (${intervalText(measured.pairs, measured.ci95)}) over ${pairsText(measured.pairs)}`;
  if (again.kind === 'accepted' || again.kind === 'quarantined') {
    return { ...first, kind: 'quarantined', reasons: [...first.reasons, { code: 'repeated', text: `measured again in a fresh clone, with nothing kept from before: ${seen}` }] };
  }
  const text = `a fresh clone does not bear it out: ${seen}; ${again.reasons.map((reason) => reason.text).join('; ')}`;
  // The numbers stay those of the first samples, which can be computed again; the others stand beside them.
  const reasons: Verdict['reasons'] = [...first.reasons, { code: 'not-repeated', text }];
  return again.kind === 'inconclusive' && first.measured !== null ? { ...first, kind: 'inconclusive', measured: first.measured, reasons } : { ...first, kind: 'rejected', reasons };
}
