import { beforeEach, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/core/config/parse.js';
import type { Decide } from '../../../src/core/messages.js';
import { decide, endAsking, exhausted, newModel, refuseDecision, wallLeft, type RunModel } from '../../../src/core/run/model.js';
import { ask, askedBy, askingSteps, openQuestions, takeBack } from '../../../src/core/run/questions.js';

const steps = ['gate', 'other'];
let model: RunModel;
let sent = 0;

beforeEach(() => {
  const config = defaultConfig();
  model = newModel({ v: 1, run: 'r-1', target: { id: 't', name: 't', base: { commit: 'a'.repeat(40), bundle: { sha: 'b'.repeat(64), bytes: 10, kind: 'bundle' } }, origin: '/', revision: 'HEAD' }, config: { ...config, loop: { ...config.loop, max_wall: 1000 } }, queuePrefix: 'perfloop', who: 'me', warnings: [] }, 'run', 0);
});

const asks = (step: string, attempt = 1): string => ask(model, { step, round: 1, count: 1, attempt, text: 'Go on?', facts: [], since: 0, until: 1000, onTimeout: 'reject' }).id;
const message = (candidate: string, changes: Partial<Decide> = {}): Decide => ({ v: 1, decisionId: `d${++sent}`, candidate, approve: true, who: 'ann', comment: '', ...changes });
const refusalOf = (candidate: string): string | undefined => refuseDecision(model, message(candidate), steps)?.code;

describe('a question of a step', () => {
  it('is answered by the name of its step, once, also when the decision is sent twice', () => {
    asks('gate');
    const answer = message('gate', { comment: 'fine' });
    expect(decide(model, answer, 5)).toMatchObject({ trial: 'gate', approve: true, who: 'ann', comment: 'fine', at: 5 });
    expect(decide(model, { ...answer, approve: false }, 6)).toBeNull();
    expect(refuseDecision(model, answer, steps)).toBeNull();
    expect(model.status.decisions).toHaveLength(1);
    expect(openQuestions(model.status)).toEqual([]);
  });

  it('is no other one: two wait at once, each by its name', () => {
    expect([asks('gate'), asks('other')]).toEqual(['gate', 'other']);
    decide(model, message('other', { approve: false }), 5);
    expect(openQuestions(model.status).map(({ id }) => id)).toEqual(['gate']);
    expect(refusalOf('gate')).toBeUndefined();
  });

  it('has a name of its own each time, so that a late decision answers no other one', () => {
    asks('gate');
    takeBack(model, 'gate');
    expect(asks('gate', 2)).toBe('gate@2');
    const late = message('gate@1');
    expect(refuseDecision(model, late, steps)?.code).toBe('PL_NOT_AWAITING');
    expect(decide(model, message('gate@2'), 5)?.trial).toBe('gate@2');
    takeBack(model, 'gate');
    expect(asks('gate')).toBe('gate@3');
    expect(refusalOf('gate@2')).toBe('PL_ALREADY_DECIDED');
    // The name of the step means what waits now.
    expect(decide(model, message('gate'), 6)?.trial).toBe('gate@3');
  });

  it.each(['constructor', '__proto__', 'toString'])('may be of a step named %s', (step) => {
    expect([asks(step), asks(step)]).toEqual([step, `${step}@2`]);
  });

  it('takes no decision before it is asked, after it was answered, or of a step that asks nothing', () => {
    expect(refusalOf('gate')).toBe('PL_NOT_AWAITING');
    asks('other');
    expect(refuseDecision(model, message('gate'), steps)).toMatchObject({ code: 'PL_NOT_AWAITING', text: 'the step gate does not wait for a decision; what waits is other' });
    decide(model, message('other'), 5);
    expect(refusalOf('other')).toBe('PL_ALREADY_DECIDED');
    expect(refusalOf('nobody')).toBe('PL_NO_SUCH_CANDIDATE');
    expect(decide(model, message('gate'), 6)).toBeNull();
  });

  it('stays until its step is over, since the step has yet to look at the answer', () => {
    asks('gate');
    decide(model, message('gate'), 5);
    expect(askedBy(model.status, 'gate')?.id).toBe('gate');
    takeBack(model, 'gate');
    expect(askedBy(model.status, 'gate')).toBeUndefined();
    expect('questions' in model.status).toBe(false);
  });
});

it('the time that a person takes is no part of the budget of wall time', () => {
  expect(exhausted(model, 1500)).toMatch(/wall time/);
  model.askingSince = 300;
  endAsking(model, 1100);
  expect(exhausted(model, 1500)).toBeNull();
  expect(wallLeft(model, 1500)).toBe(300);
  // Nobody is asked now, and of earlier versions the time counts.
  endAsking(model, 1500);
  model.askingSince = 1200;
  endAsking(model, 1500, false);
  expect(model).toMatchObject({ askingMs: 800 });
  expect(model).not.toHaveProperty('askingSince');
  expect(exhausted(model, 1800)).toMatch(/wall time/);
});

it('the steps that ask are found in groups, too, and by their type where they have no name', () => {
  const approve = (name?: string) => ({ type: 'approve' as const, enabled: true, ...(name === undefined ? {} : { name }) });
  expect(askingSteps([{ type: 'noop', enabled: true }, approve(), { type: 'parallel', enabled: true, steps: [approve('left'), { type: 'pipeline', enabled: true, steps: [approve('right')] }] }])).toEqual(['approve', 'left', 'right']);
});
