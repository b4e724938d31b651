import { describe, expect, it } from 'vitest';
import { fit } from '../../../bench/verdict/fit.js';
import { noises } from '../../../bench/verdict/noises/all.js';
import { recordings } from '../../../bench/verdict/recording.js';
import { seededRandom } from '../../../src/core/stats/random.js';
import { quantile, standardDeviation } from '../../../src/core/stats/summary.js';

const spread = 0.05;

/** Samples in a row of one machine, or the first samples of many. */
function series(name: string, count: number): number[] {
  const machine = noises.find((noise) => noise.name === name)?.machine(spread, seededRandom(name));
  return Array.from({ length: count }, () => machine?.sample() ?? Number.NaN);
}

const interquartile = (values: number[]): number => quantile(values, 0.75) - quantile(values, 0.25);

describe('noise models', () => {
  it.each(['independent', 'bimodal', 'build 1.0%', 'build 1.5%'])('%s: the spread is the standard deviation of ln of one sample', (name) => {
    expect(standardDeviation(series(name, 40_000)) / spread).toBeCloseTo(1, 1);
  });

  it('heavy-tailed: half of the samples lie as close as those of Student with 3 degrees of freedom', () => {
    // Quartiles of t(3): 0.7649.
    expect(interquartile(series('heavy-tailed', 40_000)) / spread).toBeCloseTo((2 * 0.7649) / Math.sqrt(3), 1);
  });

  it.each(['bursty', 'short bursts'])('%s: 10%% of the samples take 1.5 times as long', (name) => {
    const slow = series(name, 60_000).filter((log) => log > Math.log(1.5) / 2);
    expect(slow.length / 60_000).toBeCloseTo(0.1, 1.5);
    expect(quantile(slow, 0.5)).toBeCloseTo(Math.log(1.5), 1.5);
  });

  it('random walk and sawtooth: samples far apart differ by more than neighbours', () => {
    for (const name of ['random walk', 'sawtooth']) {
      const logs = series(name, 20_000);
      const apart = (lag: number): number => standardDeviation(logs.slice(lag).map((log, i) => log - (logs[i] as number)));
      expect(apart(10), name).toBeGreaterThan(1.3 * apart(1));
    }
  });

  it('recorded: as spread as it is asked to be, in the mean over the recordings', () => {
    const model = noises.find(({ name }) => name === 'recorded');
    const random = seededRandom('recorded');
    const variances = Array.from({ length: 300 }, () => {
      const machine = model?.machine(spread, random);
      return standardDeviation(Array.from({ length: 400 }, () => machine?.sample() ?? Number.NaN)) ** 2;
    });
    expect(Math.sqrt(variances.reduce((sum, value) => sum + value, 0) / variances.length) / spread).toBeCloseTo(1, 0.5);
  });

  it('only the build effects tell one build from another', () => {
    for (const noise of noises) {
      const machine = noise.machine(spread, seededRandom('builds'));
      const deviation = standardDeviation(Array.from({ length: 4000 }, () => machine.build()));
      const effect = /^build ([\d.]+)%$/.exec(noise.name)?.[1];
      expect(100 * deviation, noise.name).toBeCloseTo(Number(effect ?? 0), 1);
    }
  });
});

describe('recordings', () => {
  it('are of real processes, some hundred samples each, with the load that they were taken under', () => {
    expect(recordings().length).toBeGreaterThanOrEqual(3);
    for (const { name, recording } of recordings()) {
      expect(recording.series.length, name).toBeGreaterThanOrEqual(200);
      expect(recording.layouts.length, name).toBeGreaterThanOrEqual(10);
      expect(Math.min(...recording.series), name).toBeGreaterThan(20);
      expect(recording.load.every((load) => load >= 0), name).toBe(true);
    }
  });
});

describe('the fit of a recording', () => {
  it('finds the correlation, the tails and the layouts that were put in', () => {
    const random = seededRandom('fit');
    const uniform = (): number => (random() + random() + random() - 1.5) * 2; // Standard deviation 1.
    let level = 0;
    const logs = Array.from({ length: 4000 }, () => (level = 0.8 * level + 0.06 * uniform()));
    const layouts = Array.from({ length: 30 }, () => {
      const own = 0.05 * uniform();
      return Array.from({ length: 30 }, (_, visit) => 100 * Math.exp(own + 0.1 * Math.sin(visit) + 0.02 * uniform()));
    });
    const found = fit({ series: logs.map((log) => 100 * Math.exp(log)), layouts });
    expect(found.spread).toBeCloseTo(0.1, 2);
    expect(found.lag1).toBeCloseTo(0.8, 1);
    expect(found.lag5).toBeCloseTo(0.8 ** 5, 1);
    expect(found.neighbours).toBeCloseTo(0.1 * Math.sqrt(1 - 0.8), 2);
    expect(found.tails).toBeLessThan(0.01);
    expect(found.layout).toBeCloseTo(0.05, 1.5);
  });
});
