import { describe, expect, it } from 'vitest';
import { independent } from '../../../bench/verdict/noises/independent.js';
import { simulateJudged } from '../../../bench/verdict/trial.js';
import { seededRandom } from '../../../src/core/stats/random.js';
import type { Noise } from '../../../src/core/verdict/noise.js';
import { costPlan } from '../../../src/core/verdict/plan.js';
import type { Protocol } from '../../../src/core/verdict/schedule.js';
import { schedulesOf } from '../../../src/core/verdict/schedules.js';
import { wallOnly } from './pairs.js';

const delta = Math.log(1.02);
const noise = (spread: number): Noise => ({ pairs: 8, spread, bias: 0, biasLower95: 0, secondsPerSample: 0.25 });
const sequential: Protocol = { kind: 'sequential' };
const schedules = schedulesOf(sequential, 16, true);

/** The judge that judges real samples, on normal noise. */
function played(protocol: Protocol, spread: number, gain: number, trials: number): { power: number; samples: number; builds: number } {
  const random = seededRandom(`play ${spread} ${gain}`);
  let accepted = 0;
  let samples = 0;
  let builds = 0;
  for (let i = 0; i < trials; i++) {
    const simulated = simulateJudged({ machine: independent.machine(spread, random), guard: null, random }, gain, { v: 2, metrics: wallOnly, delta, protocol, ...schedulesOf(protocol, 16, true) });
    if (simulated.verdict.kind === 'accepted') accepted++;
    samples += simulated.verdict.measured?.samples ?? 0;
    builds += simulated.builds;
  }
  return { power: accepted / trials, samples: samples / trials, builds: builds / trials };
}

describe('cost plan', () => {
  it.each<[string, Protocol, number]>([['sequential', sequential, 0.05], ['sequential', sequential, 0.01], ['fixed', { kind: 'fixed', warmups: 2, runs: 15 }, 0.03], ['long fixed', { kind: 'fixed', warmups: 0, runs: 200 }, 0.05]])(
    'of the %s protocol foretells what real verdicts do (%#)',
    (_, protocol, spread) => {
      const plan = costPlan({ noise: noise(spread), delta, schedules: schedulesOf(protocol, 16, true), trials: 1, finalPairs: 0 });
      const withGain = played(protocol, spread, Math.log1p(plan.detectableGain), 600);
      // 90%, give or take the error of 300 planned and 600 played trials.
      expect(withGain.power).toBeGreaterThan(0.85);
      expect(withGain.power).toBeLessThan(0.95);
      const without = played(protocol, spread, 0, 800);
      expect(Math.abs(without.samples - plan.samplesPerTrial.expected)).toBeLessThan(3);
      expect(Math.abs(without.builds - (plan.buildsPerTrial?.expected ?? 0))).toBeLessThan(1.5);
    },
  );

  it('adds up trials and the final measurement', () => {
    const plan = costPlan({ noise: noise(0.05), delta, schedules, trials: 10, finalPairs: 30 });
    expect(plan.samplesPerTrial.most).toBe(2 * (20 + 64));
    expect(plan.buildsPerTrial?.most).toBe(2 + 16);
    expect(plan.expectedSeconds).toBeCloseTo((10 * plan.samplesPerTrial.expected + 60) * 0.25, 9);
    expect(plan.mostSeconds).toBe((1680 + 60) * 0.25);
    expect(plan).toMatchObject({ spread: 0.05, delta, secondsPerSample: 0.25, trials: 10 });
  });

  it('adds up the builds of trials and of the final measurement', () => {
    const building = { ...noise(0.05), buildSeconds: 3, cold: 0 };
    const plan = (finalPairs: number) => costPlan({ noise: building, delta, schedules, trials: 10, finalPairs });
    expect(plan(30).mostSeconds - plan(0).mostSeconds).toBeCloseTo(60 * 0.25 + 2 * 16 * 3, 9);
    expect(plan(10).mostSeconds - plan(0).mostSeconds).toBeCloseTo(20 * 0.25 + 2 * 10 * 3, 9);
  });

  it('finds smaller gains on a quieter machine, and anything above delta on a silent one', () => {
    const at = (spread: number) => costPlan({ noise: noise(spread), delta, schedules, trials: 1, finalPairs: 0 });
    expect(at(0.01).detectableGain).toBeLessThan(at(0.05).detectableGain);
    expect(at(0.05).detectableGain).toBeLessThan(at(0.2).detectableGain);
    expect(at(0).detectableGain).toBeCloseTo(0.02, 12);
    expect(at(0).samplesPerTrial.expected).toBe(8);
  });

  it('says the same each time', () => {
    const input = { noise: noise(0.04), delta, schedules, trials: 3, finalPairs: 10 };
    expect(costPlan(input)).toEqual(costPlan(input));
  });
});
