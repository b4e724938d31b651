import { describe, expect, it } from 'vitest';
import { looksOf } from '../../../src/core/verdict/looks.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import { scheduleOf } from '../../../src/core/verdict/rule.js';
import { simulateTrial } from '../../report/support/sample-pairs.js';
import { around, failed, metricConfig, pairsOf, ran, sequential, wallPairs } from './pairs.js';

const due = (stage: 'screen' | 'confirm'): number[] => scheduleOf(sequential(), stage)?.looks.map(({ pairs }) => pairs) ?? [];

describe('the looks of a trial', () => {
  it('are those of the schedule up to the one that decided, with what each saw', () => {
    const { pairs, verdict } = simulateTrial({ seed: 'looks', gain: 0.3 }, sequential());
    const looks = looksOf(pairs, sequential());
    expect(verdict.kind).toBe('accepted');
    expect(looks.filter(({ stage }) => stage === 'screen').map(({ pairs: count }) => count)).toEqual(due('screen').slice(0, looks.filter(({ stage }) => stage === 'screen').length));
    const last = looks.at(-1)!;
    expect(last).toMatchObject({ stage: 'confirm', outcome: 'passed', pairs: verdict.measured?.pairs, ratio: verdict.measured?.ratio, ci95: verdict.measured?.ci95 });
    expect(last.p).toBeLessThanOrEqual(last.alpha);
    for (const look of looks.slice(0, -1)) if (look.outcome === 'went on') expect(look.p > look.alpha && look.futilityP > look.futility).toBe(true);
  });

  it('end where it was futile', () => {
    const looks = looksOf(wallPairs('screen', around(-0.2, 20)), sequential());
    expect(looks).toHaveLength(1);
    expect(looks[0]).toMatchObject({ pairs: due('screen')[0], outcome: 'rejected' });
    expect(looks[0]!.futilityP).toBeLessThanOrEqual(looks[0]!.futility);
  });

  it('leave out one that a failure came before', () => {
    expect(looksOf(pairsOf('screen', [[ran(100), ran(50)], [ran(100), failed]]), sequential())).toEqual([]);
  });

  it('hold the guards', () => {
    const rule = sequential(metricRules([metricConfig({ name: 'wall' }), metricConfig({ name: 'memory', pattern: '(m)', max_regression: 0.1 })]));
    const { pairs } = simulateTrial({ seed: 'guards', gain: 0.4, prints: () => ({ memory: 70 }) }, rule);
    expect(looksOf(pairs, rule).at(-1)?.guards).toMatchObject([{ name: 'memory', state: 'kept' }]);
  });

  it('are one, of the fixed protocol', () => {
    const rule = { ...sequential(), protocol: { kind: 'fixed' as const, warmups: 2, runs: 8 } };
    expect(looksOf(wallPairs('confirm', around(0.2, 10)), rule)).toMatchObject([{ stage: 'confirm', pairs: 8, outcome: 'passed' }]);
  });
});
