import { describe, expect, it } from 'vitest';
import { ratioTicks, robustScale, roundSteps, scaleOf } from '../../src/report/plot/scale.js';
import { thin } from '../../src/report/plot/thin.js';

describe('robustScale', () => {
  it('is not stretched by a single stalled sample, and shows what it must', () => {
    const scale = robustScale([0.1, 0.11, 0.12, 0.1, 0.11, -3], [0]);
    expect(scale.low).toBeLessThan(0);
    expect(scale.low).toBeGreaterThan(-0.1);
    expect(scale.at(-3)).toBeLessThan(0);
  });

  it('has a width for equal values and for none', () => {
    for (const values of [[5, 5], []]) {
      const scale = robustScale(values, []);
      expect(scale.high).toBeGreaterThan(scale.low);
    }
  });
});

describe('ratioTicks', () => {
  it('labels small changes in percent of speed', () => {
    const ticks = ratioTicks(scaleOf(Math.log(0.9), Math.log(1.3)), 4);
    expect(ticks.map(({ label }) => label)).toEqual(['−10%', '0', '+10%', '+20%', '+30%'].filter((label) => ticks.some((tick) => tick.label === label)));
    expect(ticks.find(({ label }) => label === '+10%')?.value).toBeCloseTo(Math.log(1.1));
  });

  it('labels large ones in times', () => {
    expect(ratioTicks(scaleOf(0, Math.log(120)), 4).map(({ label }) => label)).toEqual(['1×', '10×', '100×']);
  });
});

describe('roundSteps', () => {
  it('gives round numbers within the bounds', () => {
    expect(roundSteps(0.13, 0.52, 4)).toEqual([0.2, 0.3, 0.4, 0.5]);
    expect(roundSteps(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(roundSteps(1, 1, 4)).toEqual([]);
  });
});

describe('thin', () => {
  it('keeps the order, the first and the last', () => {
    const thinned = thin(Array.from({ length: 1000 }, (_, i) => i), 400);
    expect(thinned).toHaveLength(400);
    expect([thinned[0], thinned.at(-1)]).toEqual([0, 999]);
    expect(thinned.toSorted((a, b) => a - b)).toEqual(thinned);
    expect(thin([1, 2], 400)).toEqual([1, 2]);
  });
});
