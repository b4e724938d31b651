import { describe, expect, it } from 'vitest';
import { confirmationShortfall, endedByBudget, fewestBuildsOf, fewestPairs, planWithin, shortfall, timeText, type Budget } from '../../../src/core/verdict/budget.js';
import type { Noise } from '../../../src/core/verdict/noise.js';
import { costPlan, type PlanInput } from '../../../src/core/verdict/plan.js';
import { schedulesOf } from '../../../src/core/verdict/schedules.js';

const sequential = schedulesOf({ kind: 'sequential' }, 16, true);
const start = 1_000_000;
/** Of `minutes`, all of them left. */
const budgetOf = (minutes: number): Budget => ({ totalMs: minutes * 60_000, deadline: start + minutes * 60_000 });
const firstLooks = (['screen', 'confirm'] as const).map((stage) => sequential[stage]?.looks[0]?.pairs ?? 0);
const noise: Noise = { pairs: 8, spread: 0.05, bias: 0, biasLower95: 0, secondsPerSample: 2 };
const input: PlanInput = { noise, delta: Math.log(1.02), schedules: sequential, trials: 1, finalPairs: 0 };

describe('the shortest way to an acceptance', () => {
  it('is the first look of each stage, with the pair that warms each build up', () => {
    expect(fewestBuildsOf(sequential)).toBe(2 + 8);
    expect(fewestPairs(sequential)).toBe(firstLooks[0]! + firstLooks[1]! + 2 + 8);
    expect(fewestPairs(sequential, ['confirm'])).toBe(firstLooks[1]! + 8);
    expect(fewestPairs(schedulesOf({ kind: 'fixed', warmups: 3, runs: 10 }, 16, true))).toBe(13 + 10);
    expect(fewestPairs(schedulesOf({ kind: 'fixed', warmups: 3, runs: 10 }, 1, true))).toBe(13 + 1);
  });

  it('fits or not by what the samples, the A/A pairs and the rest take', () => {
    const samples = 2 * fewestPairs(sequential);
    const ahead = { schedules: sequential, secondsPerSample: 600 / samples, otherSeconds: 0, noisePairs: 0 };
    expect(shortfall(budgetOf(10), start, ahead)).toBeNull();
    expect(shortfall(budgetOf(10), start + 1000, ahead)).not.toBeNull();
    expect(shortfall(budgetOf(10), start, { ...ahead, otherSeconds: 1 })).not.toBeNull();
    expect(shortfall(budgetOf(10), start, { ...ahead, noisePairs: 8 })).not.toBeNull();
  });

  it('says what would fit', () => {
    const text = shortfall(budgetOf(10), start + 300_000, { schedules: schedulesOf({ kind: 'fixed', warmups: 1, runs: 8 }, 1, true), secondsPerSample: 40, otherSeconds: 60, noisePairs: 0 });
    // 20 samples of 40 s and a minute take 14 min 20 s; 5 of 10 minutes are left, four of them for samples.
    expect(text).toBe('the budget of 10 min does not hold the shortest way to an acceptance: 20 samples of 40 s and about 1 min for building and testing, and 5 min of it are left. It takes a benchmark of at most 12 s or --budget 23m');
    expect(shortfall(budgetOf(1), start + 70_000, { schedules: sequential, secondsPerSample: 1, otherSeconds: 200, noisePairs: 0 })).toMatch(/and 0 ms of it are left\. It takes --budget \d+m$/);
  });
});

describe('a plan within a budget', () => {
  it('is the same where all of it fits', () => {
    const plan = planWithin(budgetOf(60), start, input, 0);
    expect(plan).toMatchObject({ ...costPlan(input), budget: { totalSeconds: 3600, leftSeconds: 3600, note: null } });
  });

  it('holds fewer samples, finds only a larger gain, and says both', () => {
    const whole = costPlan(input);
    const plan = planWithin(budgetOf(3), start, input, 20);
    expect(plan.samplesPerTrial.most).toBeLessThan(whole.samplesPerTrial.most);
    expect(plan.mostSeconds).toBeLessThanOrEqual(160);
    expect(plan.detectableGain).toBeGreaterThan(whole.detectableGain);
    expect(plan.budget?.note).toContain(`holds about ${plan.samplesPerTrial.most} of at most ${whole.samplesPerTrial.most} samples: a true gain of `);
  });

  it('leaves room for fresh builds', () => {
    const cheap = planWithin(budgetOf(6), start, input, 0).budget?.samples ?? 0;
    const costly = planWithin(budgetOf(6), start, { ...input, noise: { ...noise, buildSeconds: 10 } }, 0).budget?.samples ?? 0;
    expect(cheap - costly).toBe((2 * (2 + 8) * 10) / noise.secondsPerSample);
  });

  it('names a gain to ask for, where a change without one would not be told in time', () => {
    const wide = { ...input, noise: { ...noise, spread: 0.2 } };
    const expected = costPlan(wide).samplesPerTrial.expected;
    const plan = planWithin({ totalMs: 120_000, deadline: start + (expected - 4) * 2000 }, start, wide, 0);
    expect(plan.budget?.note).toMatch(/will most often end undecided: --min-gain 0\.\d+ would fit, or a larger budget or a shorter benchmark\.$/);
  });

  it('is never above what is left', () => {
    expect(planWithin(budgetOf(1), start + 59_000, input, 0).samplesPerTrial.most).toBe(0);
  });
});

it('a confirmation that no longer fits is told before it is built', () => {
  const needs = { secondsPerSample: 1, aheadSeconds: 30 };
  expect(confirmationShortfall(budgetOf(2), start, sequential, needs)).toBeNull();
  expect(confirmationShortfall(budgetOf(2), start + 80_000, sequential, needs)).toMatch(/^it passed screening, but the budget of 2 min does not hold the confirmation: about 30 s .* and 40 s are left$/);
  expect(endedByBudget('confirm', 12, 15, budgetOf(1))).toContain('it ended after 12 of 15 pairs of confirmation');
});

it.each([[0.25, '250 ms'], [7.04, '7 s'], [59, '59 s'], [90, '1 min 30 s'], [3599.9, '60 min'], [3600, '1 h'], [12_000, '3 h 20 min']])('%d s is %s', (seconds, text) => {
  expect(timeText(seconds)).toBe(text);
});
