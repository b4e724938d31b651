import type { TrialSummary } from '../status.js';
import type { RefusedBefore } from './record.js';

/** These say nothing of the candidate: it was overtaken, never decided or turned down though it passed, or what it was measured against did not work. */
const notItsFault = new Set(['superseded', 'stopped', 'overruled', 'budget', 'champion-failed']);

/** What tells whether a trial refused its candidate. */
export type DecidedTrial = Pick<TrialSummary, 'id' | 'candidate' | 'verdict'> & { /** Why it was rolled back after it was accepted. Absent or null: it was not. */ rolledBack?: string | null };

/** The candidates that were refused the last time that they were decided on. The trials come oldest first. */
export function refusals(trials: readonly { run: string; trial: DecidedTrial }[]): RefusedBefore[] {
  const latest = new Map<string, RefusedBefore | null>();
  for (const { run, trial } of trials) {
    const { candidate, verdict, rolledBack = null } = trial;
    if (verdict === null || candidate.surroundings === undefined || verdict.reasons.some(({ code }) => notItsFault.has(code))) continue;
    const refused = rolledBack !== null || verdict.kind === 'rejected' || verdict.kind === 'inconclusive';
    const why = rolledBack === null ? verdict.reasons.map(({ text }) => text).join(' ') : `It was accepted, and rolled back: ${rolledBack}`;
    latest.set(candidate.id, refused ? { id: candidate.id, surroundings: candidate.surroundings, share: candidate.share, run, trial: trial.id, why } : null);
  }
  return [...latest.values()].filter((refused) => refused !== null);
}
