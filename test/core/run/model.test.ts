import { beforeEach, describe, expect, it } from 'vitest';
import type { CandidateRef } from '../../../src/core/candidate.js';
import { defaultConfig } from '../../../src/core/config/parse.js';
import type { Decide } from '../../../src/core/messages.js';
import { closeTrials, decide, exhausted, findTrial, newModel, newTrial, refuseDecision, setBudget, setTrialState, type RunModel } from '../../../src/core/run/model.js';
import { acceptanceOrder, compoundSpeedup, endOfLoop } from '../../../src/core/run/round.js';

const ref = { sha: 'b'.repeat(64), bytes: 10, kind: 'bundle' as const };
const candidate: CandidateRef = { id: 'cand', proposer: 'recipes', recipe: null, title: 'a change', findingId: null, file: 'a.js', line: 1, language: 'javascript', share: null, patch: { ...ref, kind: 'candidates' }, expected: 0 };
let model: RunModel;

beforeEach(() => {
  const config = defaultConfig();
  model = newModel({ v: 1, run: 'r-1', target: { id: 't', name: 't', base: { commit: 'a'.repeat(40), bundle: ref }, origin: '/', revision: 'HEAD' }, config: { ...config, loop: { ...config.loop, max_trials: 2, rounds: 2, max_wall: 1000 } }, queuePrefix: 'perfloop', who: 'me', warnings: [] }, 'run', 0);
});

const message = (changes: Partial<Decide> = {}): Decide => ({ v: 1, decisionId: 'd1', candidate: 'r1-1', approve: true, who: 'ann', comment: '', ...changes });

function waiting(id: string): void {
  newTrial(model, id, candidate, 0).state = 'awaiting-approval';
  model.waiting[id] = 0;
}

describe('a decision', () => {
  it('is taken once, also when it is sent twice', () => {
    waiting('r1-1');
    expect(decide(model, message(), 5)).toEqual({ id: 'd1', trial: 'r1-1', approve: true, who: 'ann', comment: '', at: 5 });
    expect(decide(model, message({ approve: false }), 6)).toBeNull();
    expect(model.status.decisions).toHaveLength(1);
    expect(model.waiting).toEqual({});
  });

  it('may name the candidate in place of the trial: the latest trial of it is meant', () => {
    waiting('r1-1');
    waiting('r1-1c');
    expect(decide(model, message({ candidate: 'cand' }), 5)?.trial).toBe('r1-1c');
  });

  it('is refused on what is decided, unknown, or does not wait', () => {
    waiting('r1-1');
    newTrial(model, 'r1-2', candidate, 0);
    decide(model, message(), 5);
    expect(refuseDecision(model, message({ decisionId: 'd2' }))?.code).toBe('PL_ALREADY_DECIDED');
    expect(refuseDecision(model, message({ decisionId: 'd2', candidate: 'r9-9' }))?.code).toBe('PL_NO_SUCH_CANDIDATE');
    expect(refuseDecision(model, message({ decisionId: 'd2', candidate: 'r1-2' }))?.code).toBe('PL_NOT_AWAITING');
    expect(refuseDecision(model, message({ decisionId: 'd2', candidate: 'final' }))?.code).toBe('PL_NOT_AWAITING');
    expect(decide(model, message({ decisionId: 'd2', candidate: 'r1-2' }), 6)).toBeNull();
  });

  it('on the branch is taken when the branch waits', () => {
    model.waiting['final'] = 3;
    expect(decide(model, message({ candidate: 'final' }), 5)?.trial).toBe('final');
    expect(refuseDecision(model, message({ decisionId: 'd2', candidate: 'final' }))?.code).toBe('PL_ALREADY_DECIDED');
  });
});

describe('a trial', () => {
  it('that is over is not reopened by a late signal', () => {
    const trial = newTrial(model, 'r1-1', candidate, 0);
    setTrialState(model, 'r1-1', 'confirming');
    expect(trial.state).toBe('confirming');
    trial.state = 'passed';
    setTrialState(model, 'r1-1', 'screening');
    expect(findTrial(model, 'r1-1')?.state).toBe('passed');
  });
});

describe('a run that is cancelled', () => {
  it('leaves no trial under way, and what was decided as it was', () => {
    newTrial(model, 'r1-1', candidate, 0).state = 'decided';
    newTrial(model, 'r1-2', candidate, 0).state = 'confirming';
    closeTrials(model, 'The run was cancelled.');
    expect(model.status.trials).toMatchObject([{ state: 'decided', verdict: null }, { state: 'decided', verdict: { kind: 'rejected', reasons: [{ code: 'stopped' }] } }]);
  });
});

describe('the loop', () => {
  it('ends when the budget of trials or of time is used, or on request', () => {
    expect(exhausted(model, 0)).toBeNull();
    expect(exhausted(model, 1000)).toMatch(/^the budget of 1s of wall time/);
    model.status.budget.trials = 2;
    expect(exhausted(model, 0)).toMatch(/2 trials/);
    setBudget(model, { v: 1, maxTrials: 3 });
    expect(exhausted(model, 0)).toBeNull();
    model.stopping = true;
    expect(exhausted(model, 0)).toMatch(/request/);
  });

  it('ends after its rounds, or after rounds that found nothing', () => {
    expect(endOfLoop(model, 1, 0)).toBeNull();
    model.dry = 1;
    expect(endOfLoop(model, 1, 0)).toMatch(/found nothing/);
    expect(endOfLoop(model, 2, 0)).toBeNull();
    model.status.round = 2;
    expect(endOfLoop(model, 2, 0)).toMatch(/2 rounds/);
  });

  it('accepts the largest gain of a round first', () => {
    for (const [id, ratio] of [['r1-1', 1.1], ['r1-2', 1.4], ['r1-3', 1.2]] as const) {
      const trial = newTrial(model, id, candidate, 0);
      trial.state = 'passed';
      trial.verdict = { kind: 'accepted', measured: { ratio, ci95: [ratio - 0.05, ratio + 0.05], pairs: 9, samples: 30, delta: 0.02 }, reasons: [] };
    }
    expect(acceptanceOrder(model.status.trials).map(({ id }) => id)).toEqual(['r1-2', 'r1-3', 'r1-1']);
    const speedup = compoundSpeedup(model.status.trials);
    expect(speedup?.ratio).toBeCloseTo(1.1 * 1.4 * 1.2);
    expect(speedup?.ci95[0]).toBeCloseTo(1.05 * 1.35 * 1.15);
    expect(compoundSpeedup([])).toBeNull();
  });
});
