import { describe, expect, it } from 'vitest';
import { finalMeasurement } from '../../../src/core/verdict/final.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import { around, failed, metricConfig, pairsOf, ran, wallOnly, wallPairs } from './pairs.js';

describe('final measurement', () => {
  it('reports median, mean and worst decile of every metric, base against champion', () => {
    const rules = metricRules([metricConfig({ name: 'wall' }), metricConfig({ name: 'rate', pattern: '(r)', goal: 'max', unit: '1/s' })]);
    const pairs = pairsOf('final', Array.from({ length: 20 }, (_, i) => [ran(101 + i, { rate: 10 + i }), ran(51 + i, { rate: 20 + i })]));
    const { measured, metrics } = finalMeasurement(pairs, rules);
    expect(measured).toMatchObject({ pairs: 20, samples: 40, delta: 0 });
    expect(metrics).toEqual([
      { name: 'wall', unit: 'ms', base: 110.5, champion: 60.5, baseMean: 110.5, championMean: 60.5, baseWorstDecile: 119.5, championWorstDecile: 69.5 },
      { name: 'rate', unit: '1/s', base: 19.5, champion: 29.5, baseMean: 19.5, championMean: 29.5, baseWorstDecile: 10.5, championWorstDecile: 20.5 },
    ]);
  });

  it('reports a loss as it is', () => {
    const { measured } = finalMeasurement(wallPairs('final', around(-0.1, 30)), wallOnly);
    expect(measured.ratio).toBeCloseTo(Math.exp(-0.1), 2);
    expect(measured.ci95[1]).toBeLessThan(1);
  });

  it('shows that pairs were left out, and refuses when none is left', () => {
    const pairs = [...wallPairs('final', around(0.1, 10)), ...pairsOf('final', [[failed, ran(1)]])];
    expect(finalMeasurement(pairs, wallOnly).measured).toMatchObject({ pairs: 10, samples: 22 });
    expect(() => finalMeasurement(pairsOf('final', [[failed, failed]]), wallOnly)).toThrow(/None of the 1 pairs/);
  });
});
