import type { TrialSummary } from '../status.js';
import type { AgentAttempt, PastTrial } from './attempt.js';

/** More would crowd out what the agent has to look at. */
const mostTrials = 10;
const mostCharacters = 400;

/** The last trials, and attempts of agents that came to nothing, the latest last. */
export function pastTrials(trials: readonly TrialSummary[], attempts: readonly AgentAttempt[]): PastTrial[] {
  const tried = trials.map(({ candidate, verdict }): PastTrial => ({
    title: candidate.title, file: candidate.file, verdict: verdict?.kind ?? null, ratio: verdict?.measured?.ratio ?? null, why: short((verdict?.reasons ?? []).map(({ text }) => text).join(' ')),
  }));
  const failed = attempts.filter(({ outcome }) => outcome === 'build-failed' || outcome === 'tests-failed').map((attempt): PastTrial => ({ title: `an attempt of ${attempt.agent}`, file: '', verdict: 'rejected', ratio: null, why: short(attempt.text) }));
  return [...failed.slice(-mostTrials / 2), ...tried.slice(-mostTrials)];
}

function short(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
