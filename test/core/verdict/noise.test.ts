import { describe, expect, it } from 'vitest';
import { configSchema, type Config } from '../../../src/core/config/schema.js';
import { PerfloopError } from '../../../src/core/errors.js';
import { buildAllowance } from '../../../src/core/verdict/build-luck.js';
import { deltaOf, isOutdated, noiseOf, noisePairsDue } from '../../../src/core/verdict/noise.js';
import { ruleFrom, scheduleOf } from '../../../src/core/verdict/rule.js';
import { schedulesOf } from '../../../src/core/verdict/schedules.js';
import { failed, pairsOf, ran, wallOnly, wallPairs } from './pairs.js';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PerfloopError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

describe('noise of A/A pairs', () => {
  it('is the spread of one sample, the bias, and the mean seconds of a run', () => {
    const noise = noiseOf(wallPairs('noise', [0.03, -0.03, 0.03, -0.03]), wallOnly);
    // Sum of squares 4 * 0.0009 over 3, by the root of 2.
    expect(noise.spread).toBeCloseTo(Math.sqrt(0.0036 / 3) / Math.SQRT2, 12);
    expect(noise).toMatchObject({ pairs: 4, biasLower95: 0 });
    expect(noise.bias).toBeCloseTo(0, 12);
    expect(noise.secondsPerSample).toBeCloseTo(0.1, 3);
  });

  it('bounds the bias away from zero only when the pairs show one, whichever side it favours', () => {
    for (const sign of [1, -1]) {
      const noise = noiseOf(wallPairs('noise', [0.05, 0.052, 0.048, 0.05, 0.051, 0.049].map((gain) => sign * gain)), wallOnly);
      expect(noise.bias).toBeCloseTo(sign * 0.05, 9);
      // Student 2.57058 for 5 degrees of freedom; the standard deviation is the root of 2e-6.
      expect(noise.biasLower95).toBeCloseTo(0.05 - (2.57058 * Math.sqrt(2e-6)) / Math.sqrt(6), 6);
      expect(deltaOf(0.02, noise)).toBe(noise.biasLower95);
      expect(deltaOf(0.2, noise)).toBeCloseTo(Math.log(1.2), 12);
    }
  });

  it('refuses a benchmark that fails at the base, and too few pairs', () => {
    expect(codeOf(() => noiseOf(pairsOf('noise', [[ran(1), ran(1)], [ran(1), failed], [ran(1), ran(1)]]), wallOnly))).toMatch(/^PL_BENCHMARK_UNUSABLE .*pair 2 .*exit code 3: out of cheese/);
    expect(codeOf(() => noiseOf(wallPairs('noise', [0, 0.1]), wallOnly))).toMatch(/^PL_NOISE_PAIRS/);
  });

  it('works where nothing varies', () => {
    expect(noiseOf(wallPairs('noise', [0, 0, 0, 0]), wallOnly)).toMatchObject({ spread: 0, bias: 0, biasLower95: 0 });
  });
});

describe('rule', () => {
  const noise = noiseOf(wallPairs('noise', [0.01, -0.01, 0.02, -0.02]), wallOnly);

  it('comes from the config with delta fixed', () => {
    expect(ruleFrom(configSchema.parse({}), noise)).toEqual({ v: 2, metrics: wallOnly, delta: Math.log1p(0.02), protocol: { kind: 'sequential' }, limits: { maxRatio: 10, roofline: null }, ...schedulesOf({ kind: 'sequential' }, 16, true) });
  });

  it('is of version 1 for an input of an earlier version', () => {
    const { builds: _builds, ...verdict } = configSchema.parse({}).verdict;
    expect(ruleFrom({ ...configSchema.parse({}), verdict: verdict as Config['verdict'] }, noise)).toEqual({ v: 1, metrics: wallOnly, delta: Math.log1p(0.02), protocol: { kind: 'sequential' }, limits: { maxRatio: 10, roofline: null } });
  });

  it.each([
    ['nothing is built', {}, {}, 16],
    ['something is built', { commands: { build: 'make' } }, {}, 12],
    ['a build takes three minutes, and much longer than a sample', { commands: { build: 'make' } }, { buildSeconds: 180 }, 2],
    ['a build takes three minutes, and a sample one', { commands: { build: 'make' } }, { buildSeconds: 180, secondsPerSample: 60 }, 12],
    ['the config says how many', { verdict: { builds: 5 } }, { buildSeconds: 600 }, 5],
  ] as const)('has as many builds as are worth it: %s', (_, config, known, builds) => {
    const rule = ruleFrom(configSchema.parse(config), { ...noise, ...known });
    expect(scheduleOf(rule, 'confirm')?.builds).toBe(builds);
    // Of few builds nobody can tell the luck of one.
    expect(rule.delta - Math.log1p(0.02)).toBeCloseTo(builds < 8 ? buildAllowance(builds) : 0, 12);
  });

  it('carries warm-ups and runs of the fixed protocol', () => {
    expect(ruleFrom(configSchema.parse({ verdict: { protocol: 'fixed', warmups: 2, runs: 12, min_gain: 0.1 } }), noise)).toMatchObject({ delta: Math.log1p(0.1), protocol: { kind: 'fixed', warmups: 2, runs: 12 } });
  });
});

describe('a noise of earlier', () => {
  const noise = noiseOf(wallPairs('noise', [0.03, -0.03, 0.03, -0.03]), wallOnly);

  it('holds while an execution takes about as long as then', () => {
    for (const factor of [0.7, 1, 1.45]) expect(isOutdated(noise, factor * noise.secondsPerSample)).toBe(false);
  });

  it('is outdated when the benchmark or the machine is another', () => {
    for (const factor of [0.6, 1.6, 10]) expect(isOutdated(noise, factor * noise.secondsPerSample)).toBe(true);
  });
});

describe('how many A/A pairs are taken', () => {
  const asked = { minGain: 0.02, planned: 4 };
  const due = (differences: number[]) => noisePairsDue(wallPairs('noise', differences), wallOnly, asked);
  const biased = [0.1, 0.11, 0.1, 0.11];
  const unbiased = [0.1, -0.11, 0.1, -0.11];

  it('is what was planned', () => {
    expect(due([])).toBe(4);
    expect(due(unbiased)).toBe('stop');
  });

  it('is as many again while they show a bias, up to three times', () => {
    expect(due(biased)).toBe(8);
    expect(due([...biased, 0.1])).toBe(8);
    expect(due([...biased, ...biased])).toBe(12);
    expect(due([...biased, ...biased, ...biased])).toBe('stop');
    expect(due([...biased, ...unbiased])).toBe('stop');
  });

  it('is no more once a sample failed', () => {
    const [first, second, third] = wallPairs('noise', biased);
    if (first === undefined || second === undefined || third === undefined) throw new Error('four pairs were made');
    expect(noisePairsDue([first, second, third, { ...first, b: failed }], wallOnly, asked)).toBe('stop');
  });
});
