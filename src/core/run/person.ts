import type { Config } from '../config/schema.js';
import type { Flag } from '../flag.js';
import { flagPlace, flagText, pressing } from '../flag.js';
import type { TrialSummary } from '../status.js';
import type { Verdict } from '../verdict/verdict.js';

type Mode = Config['approval']['mode'];
type Judged = Pick<TrialSummary, 'verdict' | 'flags' | 'again'>;

/** Why a person has to decide on a trial of a run, or null when its verdict stands by itself. */
export function personNeeded(mode: Mode, { verdict, flags, again }: Judged): 'asked' | 'risky' | 'quarantined' | null {
  if (mode === 'never' || verdict === null) return null;
  // Only what a second measurement bore out is worth a person's time.
  if (verdict.kind === 'quarantined') return again === undefined ? null : 'quarantined';
  if (verdict.kind !== 'accepted') return null;
  if (mode === 'each') return 'asked';
  return mode === 'risky' && pressing(flags ?? []).length > 0 ? 'risky' : null;
}

/**
 * Whether a person has to look at what was measured afresh, though it was approved as it was `before`. Nobody's absence
 * approves a quarantine, so who approved one was shown it.
 */
export function askedAgain(needed: ReturnType<typeof personNeeded>, before: Verdict | null): boolean {
  return needed === 'quarantined' && before?.kind !== 'quarantined';
}

/** The verdict of a judgement, where nobody can be asked: flags make an acceptance a quarantine, unless they are only told. */
export function withFlags(mode: Mode, verdict: Verdict, found: readonly Flag[]): Verdict {
  const flags = pressing(found);
  if (mode === 'never' || verdict.kind !== 'accepted' || flags.length === 0) return verdict;
  const places = flags.slice(0, 5).map((flag) => `${flag.code} at ${flagPlace(flag)}`).join(', ');
  const text = `it is faster (${verdict.reasons.map((reason) => reason.text).join('; ')}), and a person must look first at ${flags.length === 1 ? 'one place' : `${flags.length} places`} of the change: ${places}${flags.length > 5 ? ' and more' : ''}`;
  return { ...verdict, kind: 'quarantined', reasons: [{ code: 'risky', text }] };
}

/** Flags as warnings, for who wants no person to be asked. */
export function flagWarnings(trial: Pick<TrialSummary, 'id' | 'flags' | 'verdict'>): string[] {
  if (trial.verdict?.kind !== 'accepted') return [];
  return (trial.flags ?? []).map((flag) => `${trial.id} is accepted with ${flagText(flag)}`);
}

/** What a person made of it. A quarantine that was approved is an acceptance from then on, and says who answers for it. */
export function approvedVerdict(verdict: Verdict | null, who: string | null): Verdict | null {
  if (verdict?.kind !== 'quarantined' || verdict.measured === null || who === null) return verdict;
  return { ...verdict, kind: 'accepted', measured: verdict.measured, reasons: [...verdict.reasons, { code: 'approved', text: `approved by ${who}, who was shown this` }] };
}
