import { describe, expect, it } from 'vitest';
import { ablationDelta, ablationOf, isInChampion, weakestFirst } from '../../../src/core/run/ablation.js';
import { worthOf } from '../../../src/core/run/worth.js';
import type { TrialSummary } from '../../../src/core/status.js';
import type { Measured, Verdict } from '../../../src/core/verdict/verdict.js';
import { sampleTrial } from '../../client/sample-status.js';

const measured = (ratio: number): Measured => ({ ratio, ci95: [ratio * 0.98, ratio * 1.02], pairs: 9, samples: 26, delta: 0.02 });
const accepted = (id: string, ratio: number, more: Partial<TrialSummary> = {}): TrialSummary =>
  sampleTrial({ id, state: 'decided', verdict: { kind: 'accepted', measured: measured(ratio), reasons: [{ code: 'faster', text: 'faster' }] }, ...more });
const verdict = (kind: Verdict['kind'], code: Verdict['reasons'][number]['code'], numbers: Measured | null): Verdict => ({ kind, measured: numbers, reasons: [{ code, text: `because ${code}` }] }) as Verdict;

describe('ablation', () => {
  it('leaves out the weakest first, of what is in the champion', () => {
    const trials = [accepted('a', 1.4), accepted('b', 1.05), accepted('c', 1.2), accepted('d', 1.01, { dropped: true }), sampleTrial({ id: 'e', verdict: null })];
    expect(weakestFirst(trials).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(trials.filter(isInChampion)).toHaveLength(3);
  });

  it('asks for less than half of the gain to be lost, and never takes the bias of the setting for a gain', () => {
    const noise = { pairs: 8, spread: 0.01, bias: 0, biasLower95: 0, secondsPerSample: 1 };
    expect(ablationDelta(0.02, noise)).toBeCloseTo(-Math.log(1.02) / 2, 12);
    expect(ablationDelta(0.02, { ...noise, biasLower95: 0.03 })).toBeCloseTo(0.03 - Math.log(1.02) / 2, 12);
  });

  it('acts only on what was shown', () => {
    expect(ablationOf('a', verdict('accepted', 'faster', measured(1.001)))).toMatchObject({ trial: 'a', state: 'dropped' });
    expect(ablationOf('a', verdict('rejected', 'futile', measured(0.8)))).toMatchObject({ state: 'kept', text: expect.stringContaining('without it the result is 20.0% slower') });
    expect(ablationOf('a', verdict('inconclusive', 'undecided', measured(0.99)))).toMatchObject({ state: 'undecided' });
    expect(ablationOf('a', verdict('rejected', 'guard-worse', measured(1.2)))).toMatchObject({ state: 'undecided' });
    expect(ablationOf('a', verdict('rejected', 'build-failed', null))).toMatchObject({ state: 'needed', text: 'It does not work without it: because build-failed' });
  });
});

describe('worth', () => {
  const trials = [accepted('a', 1.5), accepted('b', 1.2, { dropped: true }), accepted('c', 1.1)];
  const ablations = [{ trial: 'c', state: 'kept' as const, measured: measured(0.9), text: '' }];

  it('multiplies the own gains of what is in the result, and lists what was left out', () => {
    const worth = worthOf({ trials, ablations, final: null });
    expect(worth?.product).toBeCloseTo(1.65, 12);
    expect(worth?.patches.map(({ trial, ablation }) => [trial.id, ablation?.state ?? null])).toEqual([['a', null], ['b', null], ['c', 'kept']]);
  });

  it('says nothing of a single accepted candidate', () => {
    expect(worthOf({ trials: [accepted('a', 1.5)], final: null })).toBeNull();
  });
});
