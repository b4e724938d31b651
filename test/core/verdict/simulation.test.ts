import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/stats/random.js';
import { machine, type Disturbance } from '../../../bench/verdict/machine.js';
import { simulateTrial } from '../../../bench/verdict/trial.js';
import { sequential } from './pairs.js';

/** Whole trials judged by the real code on a simulated machine with a 5% spread per sample; 2% is asked for. */
function play(noise: Disturbance, gain: number, trials: number): { accepted: number; samples: number } {
  const random = seededRandom(`simulation ${noise} ${gain}`);
  const host = machine(noise, 0.05, random);
  let accepted = 0;
  let samples = 0;
  for (let i = 0; i < trials; i++) {
    const verdict = simulateTrial(host, Math.log1p(gain), sequential(), random);
    if (verdict.kind === 'accepted') accepted++;
    samples += verdict.measured?.samples ?? 0;
  }
  return { accepted: accepted / trials, samples: samples / trials };
}

describe('simulated trials', () => {
  it.each(['independent', 'bursty'] as const)('accept no change and exactly the smallest gain far less than once in a hundred, under %s noise', (noise) => {
    expect(play(noise, 0, 2000).accepted).toBeLessThanOrEqual(0.001);
    expect(play(noise, 0.02, 2000).accepted).toBeLessThanOrEqual(0.006);
  });

  it('find a gain of 10% almost always, with few samples', () => {
    const independent = play('independent', 0.1, 1500);
    expect(independent.accepted).toBeGreaterThan(0.97);
    expect(independent.samples).toBeLessThan(50);
    expect(play('bursty', 0.1, 1500).accepted).toBeGreaterThan(0.92);
  });

  it('drop what gains nothing, and take what gains a lot, with about 26 samples', () => {
    expect(play('independent', 0, 1000).samples).toBeLessThan(28);
    const large = play('independent', 0.3, 1000);
    expect(large.accepted).toBeGreaterThan(0.99);
    expect(large.samples).toBeLessThan(28);
  });
});
