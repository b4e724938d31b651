import { describe, expect, it } from 'vitest';
import { componentsOf, iterationsOf } from '../../../src/core/stats/iterations.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { median } from '../../../src/core/stats/summary.js';

describe('the steps of one process', () => {
  it('have a spread on the log scale', () => {
    expect(iterationsOf([10, 20])).toEqual({ count: 2, within: expect.closeTo(Math.LN2 / Math.SQRT2, 12) });
  });

  it('say nothing where there is one, or one has no logarithm', () => {
    expect(iterationsOf([10])).toBeNull();
    expect(iterationsOf([10, 0])).toBeNull();
  });
});

/** Processes of so many steps whose medians differ by `between`, and steps within by `within`. */
function processes(count: number, steps: number, between: number, within: number) {
  const random = seededRandom('processes');
  const drawn = Array.from({ length: count }, () => {
    const centre = between * normalDeviate(random);
    return Array.from({ length: steps }, () => 100 * Math.exp(centre + within * normalDeviate(random)));
  });
  return { iterations: drawn.flatMap((values) => iterationsOf(values) ?? []), medians: drawn.map(median) };
}

describe('variance components', () => {
  it('are found again in simulated processes', () => {
    const { iterations, medians } = processes(400, 100, 0.01, 0.05);
    const found = componentsOf(iterations, medians, { start: 5, step: 0.1 });
    expect(found?.between).toBeCloseTo(0.01, 2);
    expect(found?.within).toBeCloseTo(0.05, 2);
  });

  it('balance start-up and steps: the product of variance and time is least at the best number', () => {
    const { iterations, medians } = processes(400, 200, 0.01, 0.05);
    const found = componentsOf(iterations, medians, { start: 2, step: 0.1 });
    if (found === null) throw new Error('nothing was found');
    const price = (m: number) => (2 + m * 0.1) * (found.between ** 2 + ((Math.PI / 2) * found.within ** 2) / m);
    for (let m = 3; m <= 200; m++) expect(price(found.best)).toBeLessThanOrEqual(price(m) * 1.02);
    expect(found.cost).toBeCloseTo(price(found.best) / price(200), 12);
    expect(found.cost).toBeLessThan(0.5);
  });

  it('ask for no change where processes differ no more than their steps explain', () => {
    const { iterations, medians } = processes(8, 20, 0, 0.05);
    expect(componentsOf(iterations, medians.map(() => 100), { start: 2, step: 0.1 })).toMatchObject({ between: 0, best: 20, cost: 1 });
  });

  it('need four processes', () => {
    const { iterations, medians } = processes(3, 20, 0.01, 0.05);
    expect(componentsOf(iterations, medians, { start: 2, step: 0.1 })).toBeNull();
  });
});
