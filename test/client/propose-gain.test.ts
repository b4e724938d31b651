import { describe, expect, it } from 'vitest';
import { robustSpread } from '../../src/core/verdict/noise-profile.js';
import { proposeGain } from '../../src/client/propose-gain.js';
import type { Noise } from '../../src/core/verdict/noise.js';

const noise = (spread: number): Noise => ({ pairs: 10, spread, bias: 0, biasLower95: 0, secondsPerSample: 0.1 });

describe('the gain that init proposes', () => {
  it('is 2% for a quiet benchmark', () => {
    expect([0, 0.005, 0.02].map((spread) => proposeGain(noise(spread)).minGain)).toEqual([0.02, 0.02, 0.02]);
  });

  it('grows with the spread, to 10% at most', () => {
    expect([0.021, 0.04, 0.09, 0.5].map((spread) => proposeGain(noise(spread)).minGain)).toEqual([0.03, 0.05, 0.1, 0.1]);
  });

  it('may be far below 2% of a benchmark that takes long and varies little', () => {
    expect(proposeGain({ ...noise(0.003), secondsPerSample: 60 }).minGain).toBe(0.003);
    expect(proposeGain(noise(0.003)).minGain).toBe(0.02);
  });

  it('comes with what can be found for it', () => {
    const quiet = proposeGain(noise(0.005)).plan;
    const loud = proposeGain(noise(0.1)).plan;
    expect(quiet.detectableGain).toBeGreaterThan(0.02);
    expect(loud.detectableGain).toBeGreaterThan(quiet.detectableGain);
    expect(quiet.samplesPerTrial.most).toBeGreaterThanOrEqual(quiet.samplesPerTrial.expected);
  });
});

describe('the spread of differences', () => {
  it('is their standard deviation by the root of 2, for normal ones', () => {
    // Quantiles of a normal distribution with standard deviation 0.1.
    const quantiles = [-0.1645, -0.1036, -0.0674, -0.0385, -0.0126, 0.0126, 0.0385, 0.0674, 0.1036, 0.1645];
    expect(robustSpread(quantiles) * Math.SQRT2).toBeCloseTo(0.1, 3);
  });

  it('is not moved by one hiccup of the machine', () => {
    const calm = [-0.01, 0.005, 0.002, -0.004, 0.01, 0, -0.006, 0.008, 0.001, -0.002];
    expect(robustSpread([...calm.slice(1), 2])).toBeLessThan(2 * robustSpread(calm));
  });
});
