import { describe, expect, it } from 'vitest';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import type { Noise } from '../../../src/core/verdict/noise.js';
import { costPlan } from '../../../src/core/verdict/plan.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import type { Protocol } from '../../../src/core/verdict/schedule.js';
import { simulateTrial } from '../../../bench/verdict/trial.js';
import { wallOnly } from './pairs.js';

const delta = Math.log(1.02);
const noise = (spread: number): Noise => ({ pairs: 8, spread, bias: 0, biasLower95: 0, secondsPerSample: 0.25 });
const sequential: Protocol = { kind: 'sequential' };

/** The judge that judges real samples, on normal noise. */
function played(protocol: Protocol, spread: number, gain: number, trials: number): { power: number; samples: number } {
  const rule: Rule = { v: 1, metrics: wallOnly, delta, protocol };
  const random = seededRandom(`play ${spread} ${gain}`);
  let accepted = 0;
  let samples = 0;
  for (let i = 0; i < trials; i++) {
    const verdict = simulateTrial((ms) => ms * Math.exp(spread * normalDeviate(random)), gain, rule, random);
    if (verdict.kind === 'accepted') accepted++;
    samples += verdict.measured?.samples ?? 0;
  }
  return { power: accepted / trials, samples: samples / trials };
}

describe('cost plan', () => {
  it.each<[string, Protocol, number]>([['sequential', sequential, 0.05], ['sequential', sequential, 0.01], ['fixed', { kind: 'fixed', warmups: 2, runs: 15 }, 0.03]])(
    'of the %s protocol foretells what real verdicts do (%#)',
    (_, protocol, spread) => {
      const plan = costPlan({ noise: noise(spread), delta, protocol, trials: 1, finalPairs: 0 });
      const withGain = played(protocol, spread, Math.log1p(plan.detectableGain), 800);
      // 90%, give or take the error of 500 planned and 800 played trials.
      expect(withGain.power).toBeGreaterThan(0.86);
      expect(withGain.power).toBeLessThan(0.94);
      const without = played(protocol, spread, 0, 800);
      expect(Math.abs(without.samples - plan.samplesPerTrial.expected)).toBeLessThan(3);
    },
  );

  it('adds up trials and the final measurement', () => {
    const plan = costPlan({ noise: noise(0.05), delta, protocol: sequential, trials: 10, finalPairs: 30 });
    expect(plan.samplesPerTrial.most).toBe(160);
    expect(plan.expectedSeconds).toBeCloseTo((10 * plan.samplesPerTrial.expected + 60) * 0.25, 9);
    expect(plan.mostSeconds).toBe((1600 + 60) * 0.25);
    expect(plan).toMatchObject({ spread: 0.05, delta, secondsPerSample: 0.25, trials: 10 });
  });

  it('finds smaller gains on a quieter machine, and anything above delta on a silent one', () => {
    const gainAt = (spread: number): number => costPlan({ noise: noise(spread), delta, protocol: sequential, trials: 1, finalPairs: 0 }).detectableGain;
    expect(gainAt(0.01)).toBeLessThan(gainAt(0.05));
    expect(gainAt(0.05)).toBeLessThan(gainAt(0.2));
    expect(gainAt(0)).toBeCloseTo(0.02, 12);
    expect(costPlan({ noise: noise(0), delta, protocol: sequential, trials: 1, finalPairs: 0 }).samplesPerTrial.expected).toBe(8);
  });

  it('says the same each time', () => {
    const input = { noise: noise(0.04), delta, protocol: sequential, trials: 3, finalPairs: 10 };
    expect(costPlan(input)).toEqual(costPlan(input));
  });
});
