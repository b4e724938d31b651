import { describe, expect, it } from 'vitest';
import { missedBars } from '../../../bench/verdict/bars.js';
import { lowerBound95, upperBound95 } from '../../../bench/verdict/binomial.js';
import { playCell, type Cell, type CellResult } from '../../../bench/verdict/cell.js';
import { noises } from '../../../bench/verdict/noises/all.js';

/** A small part of `npx tsx bench/verdict/simulate.ts --check`, which plays 20,000 runs a cell. */
function play(cell: Pick<Cell, 'noise' | 'spread' | 'gain' | 'runs'> & Partial<Cell>): CellResult {
  return playCell({ guard: false, builds: 16, minGain: 0.02, seed: 'test', others: false, ...cell });
}

describe.each(noises.map(({ name }) => name))('under %s noise', (noise) => {
  it('no change, and exactly the smallest gain, are hardly ever accepted', () => {
    const runs = 500;
    expect(play({ noise, spread: 0.05, gain: 0, runs }).accepted).toBeLessThanOrEqual(2);
    const exactly = play({ noise, spread: 0.02, gain: 0.02, runs });
    // What was seen does not contradict a true 1%.
    expect(lowerBound95(exactly.accepted, runs)).toBeLessThan(0.01);
  });

  it('a gain of 10% at a spread of 5% is found', () => {
    const runs = 250;
    const found = play({ noise, spread: 0.05, gain: 0.1, runs });
    expect(upperBound95(found.accepted, runs)).toBeGreaterThan(noise === 'independent' ? 0.98 : 0.92);
    expect(found.accepted / runs).toBeGreaterThan(noise === 'short bursts' ? 0.87 : 0.95);
    // Four standard errors below 95%.
    expect(found.covered / found.confirmed).toBeGreaterThan(0.89);
  });
});

describe('under independent noise', () => {
  it('costs what the table says', () => {
    const at = (gain: number, spread: number) => play({ noise: 'independent', gain, spread, runs: 400 });
    expect(at(0, 0.05).samples.mean).toBeLessThan(28);
    expect(at(0.3, 0.05).samples.mean).toBeLessThan(28);
    for (const [gain, spread] of [[0.1, 0.05], [0.05, 0.02]] as const) expect(at(gain, spread).samples.mean).toBeLessThan(46);
  });

  it('finds it with a guard of the same spread, too', () => {
    const runs = 200;
    expect(play({ noise: 'independent', gain: 0.1, spread: 0.05, guard: true, runs }).accepted / runs).toBeGreaterThan(0.93);
  });
});

describe.each([1, 4, 8])('with %d builds of each side', (builds) => {
  it('luck of builds larger than the spread is hardly ever taken for a gain', () => {
    const runs = 600;
    expect(lowerBound95(play({ noise: 'build 1.5%', spread: 0.01, gain: 0.02, builds, runs }).accepted, runs)).toBeLessThan(0.01);
  });
});

it('the same cell gives the same result', () => {
  const cell = { noise: 'recorded', spread: 0.05, gain: 0.05, runs: 50 };
  expect(play(cell)).toEqual(play(cell));
});

describe('bars', () => {
  const result = (cell: Partial<Cell>, changes: Partial<CellResult>): CellResult => ({
    cell: { noise: 'independent', spread: 0.05, gain: 0, guard: false, builds: 16, minGain: 0.02, runs: 20_000, seed: '1', others: true, ...cell },
    accepted: 0, samples: { mean: 20, p95: 40 }, builds: 4, bias: null, confirmed: 4000, covered: 3800, others: [], ...changes,
  });

  it('are held by exact bounds, not by what was seen', () => {
    expect(missedBars(result({}, { accepted: 11 }))).toEqual([]);
    expect(missedBars(result({}, { accepted: 14 }))[0]?.text).toMatch(/^accepted in 0\.070% of 20000 runs, at most 0\.1\d\d%, above 0\.100%$/);
    expect(missedBars(result({ noise: 'build 1.0%' }, { accepted: 14 }))).toEqual([]);
    expect(missedBars(result({ gain: 0.02 }, { accepted: 175 }))).toEqual([]);
    expect(missedBars(result({ gain: 0.02 }, { accepted: 195 }))).toHaveLength(1);
    expect(missedBars(result({ gain: 0.1, noise: 'bimodal' }, { accepted: 18_030 }))).toHaveLength(1);
  });

  it('hold power, cost and coverage where they were asked for', () => {
    expect(missedBars(result({ gain: 0.1 }, { accepted: 19_500 })).map(({ text }) => text.split(' ')[0])).toEqual(['accepted']);
    expect(missedBars(result({ gain: 0.3 }, { accepted: 20_000, samples: { mean: 28, p95: 40 } }))[0]?.text).toBe('28.0 samples in the mean, not under 28');
    expect(missedBars(result({ gain: 0.3 }, { accepted: 20_000, covered: 3700 }))[0]?.text).toMatch(/^the interval held the truth in 92\.5/);
    expect(missedBars(result({ gain: 0.3 }, { accepted: 20_000, covered: 3900 }))).toHaveLength(1);
    expect(missedBars(result({ gain: 0.1 }, { accepted: 12_000, covered: 3000 }), { powerless: true })).toEqual([]);
  });
});

describe('exact bounds of a share', () => {
  it('are those of Clopper and Pearson', () => {
    // None of n: 1 - 0.05^(1/n). Published: 5 of 100 one-sided is 0.1023 above and 0.0199 below.
    expect(upperBound95(0, 20_000)).toBeCloseTo(1 - 0.05 ** (1 / 20_000), 12);
    expect(upperBound95(5, 100)).toBeCloseTo(0.1023, 4);
    expect(lowerBound95(5, 100)).toBeCloseTo(0.0199, 4);
    expect(lowerBound95(100, 100)).toBeCloseTo(0.05 ** (1 / 100), 12);
    expect([lowerBound95(0, 10), upperBound95(10, 10)]).toEqual([0, 1]);
  });
});
