import { describe, expect, it } from 'vitest';
import { fairly, finalists, pairsOf, planHalving, searchAlpha, shuffled, survivors, winners, type Arm, type Gains } from '../../../src/core/knobs/halving.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';

const arms = (count: number): Arm[] => Array.from({ length: count }, (_, i) => ({ id: `k${i}=1`, knob: `k${i}` }));

/** A search over arms of these true gains, with normal noise in each pair: who is left, and what was taken. */
function search(truth: readonly number[], sd: number, held: number, seed: string): { found: Arm[]; last: Arm[]; pairs: number; control: number; rungs: number } {
  const random = seededRandom(seed);
  const draw = (gain: number, pairs: number): number[] => Array.from({ length: pairs }, () => gain + sd * normalDeviate(random));
  const plan = planHalving(truth.length, held);
  let left = fairly(arms(truth.length), plan.arms);
  const gains: Record<string, number[]> = {};
  let last: Record<string, number[]> = {};
  const control: number[] = [];
  let [pairs, rungs] = [0, 0];
  for (const rung of plan.rungs) {
    left = survivors(left, rungs === 0 ? Object.fromEntries(left.map(({ id }) => [id, [0]])) : gains, rung.arms);
    last = Object.fromEntries(left.map(({ id, knob }) => [id, draw(truth[Number(knob.slice(1))] ?? 0, rung.pairs)]));
    for (const { id } of left) gains[id] = [...(gains[id] ?? []), ...(last[id] ?? [])];
    control.push(...draw(0, rung.pairs));
    pairs += (left.length + 1) * (rung.pairs + 1);
    rungs += 1;
  }
  return { found: winners(left, gains, last, control), last: left, pairs, control: control.length, rungs };
}

/** The standard normal distribution function (Abramowitz and Stegun 26.2.17). */
function phi(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

/**
 * How often the one arm that gains is lost at most: in a rung it is lost only where at least `keep` others beat it, for
 * which by Markov's inequality P <= E[arms that beat it] / keep. Each beats it with the chance that the difference of two means
 * of m pairs is on the wrong side; the Hodges-Lehmann estimate of normal values has 1.1 times the variance of a mean, amply.
 */
function lossBound(count: number, held: number, gain: number, sd: number): number {
  const { rungs } = planHalving(count, held);
  let [bound, pairs] = [0, 0];
  for (const [i, { arms: size, pairs: more }] of rungs.entries()) {
    pairs += more;
    const keep = rungs[i + 1]?.arms;
    if (keep !== undefined) bound += ((size - 1) * phi(-gain / (sd * Math.sqrt((2 * 1.1) / pairs)))) / keep;
  }
  return bound;
}

const seeds = Array.from({ length: 300 }, (_, i) => `seed ${i}`);

describe('successive halving', () => {
  it.each([[16, 150, 0.1, 0.05], [24, 250, 0.1, 0.06], [9, 110, 0.05, 0.03]])('keeps the one of %i arms that gains to the last rung at the rate that is computed (%i pairs, gain %f, noise %f)', (count, held, gain, sd) => {
    const truth = Array.from({ length: count }, (_, i) => (i === count - 1 ? gain : 0));
    const kept = seeds.filter((seed) => search(truth, sd, held, seed).last.some(({ knob }) => knob === `k${count - 1}`)).length / seeds.length;
    const bound = lossBound(count, held, gain, sd);
    expect(bound).toBeLessThan(0.5);
    expect(kept).toBeGreaterThanOrEqual(1 - bound - 3 * Math.sqrt((bound * (1 - bound)) / seeds.length));
  });

  it('takes no more pairs than it holds, gives every rung to the control, and has a last rung of no more than the finalists', () => {
    for (let count = 0; count <= 40; count++) {
      for (const held of [0, 5, 11, 12, 40, 100, 333, 5000]) {
        const plan = planHalving(count, held);
        expect(pairsOf(plan)).toBeLessThanOrEqual(held);
        expect(plan.arms).toBeLessThanOrEqual(count);
        expect(plan.rungs.length).toBeLessThanOrEqual(Math.ceil(Math.log2(Math.max(1, count))) + 1);
        expect(plan.rungs.at(-1)?.arms ?? 0).toBeLessThanOrEqual(finalists);
        const ran = search(Array.from({ length: count }, () => 0), 0.1, held, 'x');
        expect(ran.pairs).toBe(pairsOf(plan));
        expect(ran.control).toBe(plan.rungs.reduce((sum, { pairs }) => sum + pairs, 0));
      }
    }
  });

  it('holds fewer arms where not all of them fit, and of each knob its first one before any second', () => {
    expect(planHalving(40, 60).arms).toBeLessThan(40);
    expect(planHalving(3, 11)).toEqual({ arms: 0, rungs: [] });
    const list = [['a', 1], ['a', 2], ['a', 3], ['b', 1], ['c', 1]].map(([knob, value]): Arm => ({ id: `${knob}=${value}`, knob: String(knob) }));
    expect(fairly(list, 4).map(({ id }) => id)).toEqual(['a=1', 'a=2', 'b=1', 'c=1']);
    expect(fairly(list, 5)).toEqual(list);
  });

  it('is the same for the same seed, and orders the arms by it', () => {
    const truth = [0.1, 0, 0, 0.05, 0, 0];
    expect(search(truth, 0.05, 100, 'a')).toEqual(search(truth, 0.05, 100, 'a'));
    expect(shuffled(arms(12), 'a')).toEqual(shuffled(arms(12), 'a'));
    expect(shuffled(arms(12), 'a')).not.toEqual(shuffled(arms(12), 'b'));
    expect(shuffled(arms(12), 'a').toSorted((x, y) => Number(x.knob.slice(1)) - Number(y.knob.slice(1)))).toEqual(arms(12));
  });

  it('keeps those that came first of equals, and leaves out what has no numbers', () => {
    const gains: Gains = { 'k0=1': [0.1, 0.1], 'k1=1': [0.1, 0.1], 'k3=1': [0.2] };
    expect(survivors(arms(4), gains, 2).map(({ knob }) => knob)).toEqual(['k3', 'k0']);
    expect(survivors(arms(4), gains, 9)).toHaveLength(3);
  });
});

describe('the winners', () => {
  const same = (gain: number, pairs = 6): number[] => Array.from({ length: pairs }, (_, i) => gain + 0.001 * i);
  const chosen = (list: Arm[], gains: Gains, control: number[], last = gains): string[] => winners(list, gains, last, control).map(({ id }) => id);

  it('are none where all are worse than the control, or as good as it', () => {
    expect(chosen(arms(2), { 'k0=1': same(-0.1), 'k1=1': same(-0.2) }, same(0))).toEqual([]);
    expect(chosen(arms(1), { 'k0=1': same(0.03) }, same(0.05))).toEqual([]);
    expect(chosen(arms(1), { 'k0=1': [0, 0, 0, 0, 0, 0] }, [0, 0, 0])).toEqual([]);
  });

  it('are none that three pairs speak for, or that the last rung does not speak for', () => {
    expect(chosen(arms(1), { 'k0=1': same(0.5, 3) }, same(0))).toEqual([]);
    expect(chosen(arms(1), { 'k0=1': same(0.5, 4) }, same(0))).toHaveLength(1);
    expect(chosen(arms(1), { 'k0=1': same(0.5) }, same(0), { 'k0=1': same(-0.1) })).toEqual([]);
    expect(chosen(arms(1), { 'k0=1': same(0.5) }, same(0), {})).toEqual([]);
  });

  it('are one of each knob, its best, the largest gain first', () => {
    const list: Arm[] = [{ id: 'a=1', knob: 'a' }, { id: 'a=2', knob: 'a' }, { id: 'b=1', knob: 'b' }];
    expect(chosen(list, { 'a=1': same(0.05), 'a=2': same(0.1), 'b=1': same(0.2) }, same(0))).toEqual(['b=1', 'a=2']);
  });

  it('of a search over settings that change nothing are no more than the tests of the finalists let through', () => {
    const wrong = seeds.filter((seed) => search(Array.from({ length: 12 }, () => 0), 0.05, 150, seed).found.length > 0).length / seeds.length;
    const bound = finalists * searchAlpha;
    expect(wrong).toBeLessThanOrEqual(bound + 3 * Math.sqrt((bound * (1 - bound)) / seeds.length));
  });
});
