import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCurves, smoothed, type CurveRule } from '../../../src/core/check/curve.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';

const rule: CurveRule = { pattern: String.raw`step (\d+) loss ([-+.\w]+)`, band: 5, tolerance: { relative: 0, absolute: 0 } };
const compare = (a: readonly string[], b: readonly string[], more: Partial<CurveRule> = {}) => compareCurves(a, b, { ...rule, ...more });

const printed = (values: readonly number[]): string => `starting\n${values.map((value, step) => `step ${step} loss ${value}`).join('\n')}\ndone\n`;

const steps = 60;
const seeds = 3;

/** A run as trainings go: decay, noise at each step, and an offset of the whole run. */
function training(random: () => number, change: (loss: number, step: number) => number = (loss) => loss): number[] {
  const offset = 0.01 * normalDeviate(random);
  return Array.from({ length: steps }, (_, step) => change(2 * Math.exp(-step / 20) + 0.3 + offset + 0.02 * normalDeviate(random), step));
}

const runs = (name: string, change?: (loss: number, step: number) => number): string[] => Array.from({ length: seeds }, (_, seed) => printed(training(seededRandom(`${name} ${seed}`), change)));

describe('curves of a candidate', () => {
  const champion = runs('champion');

  it('agree with themselves, without any spread and tolerance too', () => {
    expect(compare(champion, champion)).toEqual({ agree: true });
    const flat = Array.from({ length: seeds }, () => printed([0.1, 0.1, 0.1]));
    expect(compare(flat, flat)).toEqual({ agree: true });
  });

  it('agree when they vary as those of the champion do: at most 2 of 100 are refused', () => {
    let refused = 0;
    for (let trial = 0; trial < 200; trial++) if (!compare(runs(`before ${trial}`), runs(`after ${trial}`)).agree) refused += 1;
    expect(refused).toBeLessThanOrEqual(4);
  });

  it('are refused when one leaves the band', () => {
    const [one = '', ...rest] = runs('other');
    expect(compare(champion, [...rest, one.replace(/step 40 loss .*/, 'step 40 loss 1.2')])).toMatchObject({ whose: 'candidate', text: expect.stringMatching(/^step 40: 1\.2 is outside of the champion's 0\.\d+ ± 0\.\d+ over 3 seeds$/) });
  });

  it('are refused when their mean leaves it, though none does by itself', () => {
    const level = (value: number): string => printed(Array.from({ length: steps }, () => value));
    // Their standard deviation is 0.02, so one may be off by 5 * 0.02 * sqrt(4/3) = 0.115, and the mean by 5 * 0.02 * sqrt(2/3) = 0.082.
    const around = [level(0.98), level(1), level(1.02)];
    expect(compare(around, [level(1.1), level(1), level(1)])).toEqual({ agree: true });
    expect(compare(around, [level(1.1), level(1.1), level(1.1)])).toMatchObject({ text: expect.stringMatching(/^step 0: the mean of 1.1 is outside of the champion's 1 ± 0.08165 over 3 seeds/) });
  });

  it('may be apart by the tolerance where the champion does not vary', () => {
    const flat = Array.from({ length: seeds }, () => printed([2, 1]));
    const near = Array.from({ length: seeds }, () => printed([2.001, 1]));
    expect(compare(flat, near)).toMatchObject({ agree: false });
    expect(compare(flat, near, { tolerance: { relative: 1e-3, absolute: 0 } })).toEqual({ agree: true });
    expect(compare(flat, near, { tolerance: { relative: 0, absolute: 0.01 } })).toEqual({ agree: true });
  });

  it('have no NaN where the champion has none, and the same ones where it has', () => {
    const broken = champion.map((text) => text.replace(/step 50 loss .*/, 'step 50 loss nan'));
    expect(compare(champion, broken)).toMatchObject({ text: expect.stringMatching(/^step 50: 0\.\d+ became NaN/) });
    expect(compare(broken, champion)).toMatchObject({ text: expect.stringMatching(/^step 50: NaN became/) });
    expect(compare(broken, broken)).toEqual({ agree: true });
  });

  it('have the steps of the champion', () => {
    const shorter = champion.map((text) => text.replace(/step 59 .*\n/, ''));
    expect(compare(champion, shorter)).toMatchObject({ whose: 'candidate', text: '60 steps (0 to 59) became 59 steps (0 to 58)' });
  });
});

describe('a check whose champion', () => {
  it('prints no curve, other steps with another seed, or words, is at fault', () => {
    expect(compare(['x', 'x'], ['x', 'x'])).toMatchObject({ whose: 'champion', text: 'nothing of its output fits `check.curve`' });
    expect(compare([printed([1]), printed([1, 2])], [printed([1]), printed([1])])).toMatchObject({ whose: 'champion', text: 'it prints other steps with another seed: 1 steps (0 to 0), then 2 steps (0 to 1)' });
    expect(compare(['step 1 loss low'], ['step 1 loss low'])).toMatchObject({ whose: 'champion', text: 'the value of step 1 is not a number: "low"' });
  });
});

describe('the spread over neighbouring steps', () => {
  const direct = (values: readonly number[]): number[] => {
    const reach = Math.max(1, Math.floor(values.length / 10));
    return values.map((_, index) => {
      const near = values.slice(Math.max(0, index - reach), index + reach + 1);
      return Math.sqrt(near.reduce((sum, value) => sum + value ** 2, 0) / near.length);
    });
  };

  it('is the root mean square of each window, also where small values follow large ones', () => {
    const value = fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e-9, noNaN: true }), fc.double({ min: 1, max: 1e12, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 150 }), (values) => {
        const found = smoothed(values);
        expect(found).toHaveLength(values.length);
        return direct(values).every((one, index) => Math.abs((found[index] ?? Number.NaN) - one) <= 1e-9 * one);
      }),
    );
  });

  it('is there for half a million steps', () => {
    expect(smoothed(Array.from({ length: 500_000 }, () => 3))).toEqual(Array.from({ length: 500_000 }, () => 3));
  });
});
