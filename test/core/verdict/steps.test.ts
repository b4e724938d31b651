import { describe, expect, it } from 'vitest';
import type { Pair, Sample } from '../../../src/core/sample.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import { stepsAdvice, stepsOf } from '../../../src/core/verdict/steps.js';
import { metricConfig, pairsOf } from './pairs.js';

const rules = metricRules([metricConfig({ name: 'step', pattern: 'step (\\S+)', match: 'median', unit: 'ms', skip: 5 })]);
/** A process of 400 steps of about a tenth of a second, after 4 s of start-up. */
const training = (step: number): Sample => ({ ok: true, wallMs: 4000 + 400 * step, metrics: { step }, iterations: { step: { count: 400, within: 0.02 } } });
const pairs: Pair[] = pairsOf('noise', [[100, 101], [99, 100.5], [100.2, 98.8], [101.1, 99.5]].map(([a = 0, b = 0]) => [training(a), training(b)]));

describe('steps of a process', () => {
  it('that are more than the noise needs are said to be, with what fewer would save', () => {
    const found = stepsOf(pairs, rules);
    expect(found).toMatchObject({ steps: 400, within: 0.02 });
    expect(found?.best).toBeLessThan(100);
    expect(found === null ? null : stepsAdvice(found)).toMatch(/^Each process measures 400 steps; \d+ would give the same certainty for \d+% of the time/);
  });

  it('are no matter of a benchmark that prints one number, or in a unit that is not known', () => {
    expect(stepsOf(pairs, metricRules([metricConfig({ name: 'step', pattern: 'step (\\S+)', match: 'median', unit: 'points' })]))).toBeNull();
    expect(stepsOf(pairs, metricRules([]))).toBeNull();
  });

  it('are left as they are where that would save little', () => {
    expect(stepsAdvice({ steps: 20, best: 18, within: 0.02, between: 0.005, cost: 0.97 })).toBeNull();
  });
});
