import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareReading, type Compared, type Reading, type Series } from '../../../src/core/benchmark/series.js';
import { summaryOf } from '../../../src/core/benchmark/summary.js';

const wanted = [{ name: 'QPS', goal: 'max', primary: true, weight: 1 }, { name: 'build', goal: 'min', primary: false, weight: 1 }] as const;
const reading = (round: number, QPS: number, more: Partial<Reading> = {}): Reading => ({ round, step: 'bench', commit: `c${round}`, metrics: { QPS, build: 40 }, ...more });

/** Compares readings one after another; `accepted` says which candidates are, from which reading on. */
function all(readings: readonly Reading[], { configured, accepted = {} }: { configured?: Record<string, number>; accepted?: Record<string, number> } = {}): { compared: Compared; after: Series }[] {
  const results: { compared: Compared; after: Series }[] = [];
  readings.forEach((one, index) => results.push(compareReading(results.at(-1)?.after, one, wanted, configured, (id) => index >= (accepted[id] ?? Infinity))));
  return results;
}

describe('readings of a benchmark', () => {
  it('are compared with the first one, the best and the last one before', () => {
    const [first, , third, fourth] = all([reading(1, 100), reading(2, 200), reading(3, 150), reading(4, 300)]);
    expect(first?.compared).toMatchObject({ best: null, last: null, gain: { baseline: null, best: null, last: null } });
    expect(third?.compared).toMatchObject({ baseline: { round: 1 }, best: { round: 2 }, last: { round: 2 }, gain: { baseline: { QPS: 0.5, build: 0 }, best: { QPS: -0.25 } } });
    expect(fourth?.compared).toMatchObject({ best: { round: 2 }, last: { round: 3 }, gain: { last: { QPS: 1 } } });
    expect(fourth?.after.best?.round).toBe(4);
  });

  it('are compared with a configured baseline, as far as it names their metrics', () => {
    const [first] = all([reading(1, 100)], { configured: { QPS: 50, recall: 0.9 } });
    expect(first?.compared).toMatchObject({ baseline: { metrics: { QPS: 50 } }, gain: { baseline: { QPS: 1 } } });
    expect(all([reading(1, 100)], { configured: { recall: 0.9 } })[0]?.compared.baseline).toMatchObject({ round: 1 });
  });

  it('of a draft are no best before it is accepted', () => {
    const readings = [reading(1, 100), reading(2, 900, { candidate: 'broken' }), reading(2, 150, { candidate: 'good' }), reading(3, 120)];
    expect(all(readings).at(-1)?.compared.best).toMatchObject({ metrics: { QPS: 100 } });
    const accepted = all(readings, { accepted: { good: 3 } }).at(-1);
    expect(accepted?.compared.best).toMatchObject({ candidate: 'good' });
    expect(accepted?.after.drafts).toEqual([readings[1]]);
  });

  it('without a positive number have no gain, and are no best', () => {
    const [, second] = all([reading(1, 0), reading(2, 5)]);
    expect(second?.compared.gain.last).toEqual({ QPS: null, build: 0 });
    expect(second?.after.best?.round).toBe(1);
  });

  it('are summed up: the mean is between least and most, and so is the median', () => {
    expect(summaryOf([1, 2, 3, 10])).toEqual({ n: 4, mean: 4, median: 2.5, standard_deviation: 4.08248290, min: 1, max: 10 });
    fc.assert(fc.property(fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      const { n, mean, median, min, max, standard_deviation: spread } = summaryOf(values);
      return n === values.length && [mean, median].every((value) => value >= min * (1 - 1e-8) && value <= max * (1 + 1e-8)) && spread >= 0;
    }));
  });
});
