import { describe, expect, it } from 'vitest';
import { decideProblem, setBudgetProblem, trialStateProblem } from '../../../src/core/run/check-message.js';

const decide = { v: 1, decisionId: 'd1', candidate: 'r1-1', approve: true, who: 'me', comment: '' };

describe('the argument of a decision', () => {
  it('is good when it is whole', () => {
    expect(decideProblem(decide)).toBeNull();
    expect(decideProblem({ ...decide, approve: false, comment: 'no' })).toBeNull();
  });

  it.each([
    [undefined, /one object such as/],
    [null, /one object/],
    ['r1-1', /one object/],
    [[decide], /one object/],
    [{ ...decide, v: 2 }, /`v` must be 1/],
    [{ ...decide, decisionId: '' }, /`decisionId` must not be empty/],
    [{ ...decide, candidate: 7 }, /`candidate` must be text/],
    [{ ...decide, who: undefined }, /`who` must be text/],
    [{ ...decide, comment: null }, /`comment` must be text/],
    [{ ...decide, approve: 'yes' }, /`approve` must be true or false/],
  ])('is refused in words: %j', (message, problem) => {
    expect(decideProblem(message)).toMatch(problem);
  });

  it('names an example that is itself good', () => {
    expect(decideProblem(JSON.parse(/\{.*\}/.exec(decideProblem(undefined) ?? '')?.[0] ?? ''))).toBeNull();
  });
});

describe('the argument of a new budget', () => {
  it('may change one thing or all', () => {
    expect(setBudgetProblem({ v: 1, maxTrials: 20 })).toBeNull();
    expect(setBudgetProblem({ v: 1, maxTrials: 20, who: 'ada', comment: 'why' })).toBeNull();
    expect(setBudgetProblem({ v: 1, who: 'ada' })).toContain('changes nothing');
    expect(setBudgetProblem({ v: 1, rounds: 1, who: 7 })).toContain('`who` must be text');
    expect(setBudgetProblem({ v: 1, maxTrials: 1, maxWallMs: 1000, rounds: 2 })).toBeNull();
  });

  it.each([
    [undefined, /one object/],
    [{ maxTrials: 1 }, /`v` must be 1/],
    [{ v: 1 }, /changes nothing/],
    [{ v: 1, maxTrails: 3 }, /no `maxTrails`/],
    [{ v: 1, maxTrials: '3' }, /whole number/],
    [{ v: 1, rounds: 0 }, /whole number from 1/],
    [{ v: 1, rounds: 1.5 }, /whole number/],
    [{ v: 1, maxWallMs: null }, /whole number/],
  ])('is refused in words: %j', (change, problem) => {
    expect(setBudgetProblem(change)).toMatch(problem);
  });
});

describe('the state that a trial tells', () => {
  it('is taken from trials only', () => {
    expect(trialStateProblem({ trial: 'r1-1', state: 'screening' })).toBeNull();
    expect(trialStateProblem(undefined)).toMatch(/not by people/);
    expect(trialStateProblem({ trial: 'r1-1', state: 'finished' })).toMatch(/not by people/);
  });
});
