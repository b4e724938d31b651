import { describe, expect, test } from 'vitest';
import { attemptsToBegin, type PlannedAttempt } from '../../../src/core/agent/adapt.js';
import { noUsage, type AgentAttempt } from '../../../src/core/agent/attempt.js';
import type { TrialSummary } from '../../../src/core/status.js';

const planned: PlannedAttempt[] = [{ agent: 'a', number: 1 }, { agent: 'a', number: 2 }, { agent: 'b', number: 1 }, { agent: 'b', number: 2 }];
const names = (begun: readonly PlannedAttempt[]): string[] => begun.map(({ agent, number }) => `${agent}${number}`);

function attempt(agent: string, round: number, seconds: number): AgentAttempt {
  return { id: `r${round}-${agent}-1`, round, agent, unsafe: false, outcome: 'passed', text: '', iterations: 1, usage: noUsage, seconds, record: { sha: '', bytes: 0, kind: 'json' } };
}

function accepted(proposer: string, round: number, ratio: number, kind: 'accepted' | 'rejected' = 'accepted'): TrialSummary {
  return { round, candidate: { proposer }, verdict: { kind, measured: { ratio }, reasons: [] } } as unknown as TrialSummary;
}

describe('the attempts of a round', () => {
  test('are all, in turn by agent, before anything is known', () => {
    expect(names(attemptsToBegin(planned, [], []))).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  test('are halved by each round that was accepted nothing, down to one', () => {
    const attempts = [attempt('a', 1, 60), attempt('b', 1, 60)];
    expect(attemptsToBegin(planned, attempts, [])).toHaveLength(2);
    expect(attemptsToBegin(planned, attempts, [accepted('a', 1, 1.5, 'rejected'), accepted('recipes', 1, 2)])).toHaveLength(2);
    expect(attemptsToBegin(planned, [...attempts, attempt('a', 2, 60)], [])).toHaveLength(1);
    expect(attemptsToBegin(planned, [1, 2, 3, 4, 5].map((round) => attempt('a', round, 60)), [])).toHaveLength(1);
  });

  test('are doubled by one that was, up to all', () => {
    const attempts = [1, 2, 3].map((round) => attempt('a', round, 60));
    expect(attemptsToBegin(planned, attempts, [accepted('a', 3, 1.2)])).toHaveLength(2);
    expect(attemptsToBegin(planned, attempts, [1, 2, 3].map((round) => accepted('a', round, 1.2)))).toHaveLength(4);
  });

  test('are of the agent with the most accepted gain by its time first, whose second attempt counts half', () => {
    const attempts = [attempt('a', 1, 600), attempt('b', 1, 600)];
    expect(names(attemptsToBegin(planned, attempts, [accepted('b', 1, 1.02)]))).toEqual(['b1', 'a1', 'b2', 'a2']);
    expect(names(attemptsToBegin(planned, attempts, [accepted('b', 1, 1.5)]))).toEqual(['b1', 'b2', 'a1', 'a2']);
    // The same gain, for ten times the time.
    expect(names(attemptsToBegin(planned, [attempt('a', 1, 6000), attempt('b', 1, 600)], [accepted('a', 1, 1.1), accepted('b', 1, 1.1)]))[0]).toBe('b1');
  });
});
