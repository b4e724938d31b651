import type { TrialSummary } from '../status.js';
import type { AgentAttempt } from './attempt.js';

/** An attempt that may be begun. */
export interface PlannedAttempt {
  agent: string;
  /** Of this agent in this round, from 1. */
  number: number;
}

/** What an agent is believed to have brought before it was ever asked: a gain of 3% in ten minutes. */
const prior = { logGain: Math.log(1.03), seconds: 600 };

/**
 * The attempts of a round, those first that are worth most. The first round of a run begins all of them. Each round of
 * agents that was accepted something doubles how many are begun, each that was not halves it; one is always begun. An agent
 * is worth its accepted log gain by the seconds it worked, and a second attempt of it in a round half of the first, and so on.
 *
 * @param planned all that the config allows in a round, in its order
 */
export function attemptsToBegin(planned: readonly PlannedAttempt[], attempts: readonly AgentAttempt[], trials: readonly TrialSummary[]): PlannedAttempt[] {
  const gains = attempts.map(({ agent, round }) => ({ agent, round, logGain: gainOf(trials, agent, round) }));
  let most = planned.length;
  for (const round of new Set(attempts.map((attempt) => attempt.round))) {
    const paid = gains.some((gain) => gain.round === round && gain.logGain > 0);
    most = paid ? Math.min(planned.length, most * 2) : Math.max(1, Math.ceil(most / 2));
  }
  const worth = new Map([...new Set(planned.map(({ agent }) => agent))].map((agent) => [agent, worthOf(agent, attempts, trials)]));
  return planned
    .map((attempt) => ({ attempt, worth: (worth.get(attempt.agent) ?? 0) / attempt.number }))
    .toSorted((one, other) => other.worth - one.worth)
    .slice(0, most)
    .map(({ attempt }) => attempt);
}

/** Accepted log gain by seconds of work. */
function worthOf(agent: string, attempts: readonly AgentAttempt[], trials: readonly TrialSummary[]): number {
  const own = attempts.filter((attempt) => attempt.agent === agent);
  const rounds = [...new Set(own.map(({ round }) => round))];
  const logGain = rounds.reduce((sum, round) => sum + gainOf(trials, agent, round), prior.logGain);
  return logGain / own.reduce((sum, { seconds = 0 }) => sum + seconds, prior.seconds);
}

/** Natural-log gain of what was accepted of an agent in a round; what waits for a person is not counted yet. */
function gainOf(trials: readonly TrialSummary[], agent: string, round: number): number {
  return trials
    .filter((trial) => trial.round === round && trial.candidate.proposer === agent && trial.verdict?.kind === 'accepted')
    .reduce((sum, { verdict }) => sum + Math.log(verdict?.measured?.ratio ?? 1), 0);
}
