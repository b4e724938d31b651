import { describe, expect, it } from 'vitest';
import { beforeAndAfter, evidenceOf } from '../../src/report/evidence.js';
import type { Pair } from '../../src/core/sample.js';
import type { Rule } from '../../src/core/verdict/rule.js';
import { pairsPlot } from '../../src/report/plot/pairs-plot.js';
import { simulateTrial } from './support/sample-pairs.js';
import { rule } from './support/sample-run.js';

const prints = () => ({ 'peak memory': 80 });
const { pairs, verdict } = simulateTrial({ seed: 'evidence', gain: 0.3, prints }, rule);

describe('evidenceOf', () => {
  it('keeps the stages in order and takes the estimate of the verdict', () => {
    const evidence = evidenceOf(pairs, rule.metrics, verdict.measured);
    expect(evidence?.stages.map(({ stage }) => stage)).toEqual(['screen', 'confirm']);
    expect(evidence?.estimate?.ratio).toBe(verdict.measured?.ratio);
    expect(evidence?.assumed).toBe(false);
  });

  it('counts and draws the pairs that the verdict counts: no warm-ups, and none that was set aside', () => {
    const fixed: Rule = { ...rule, protocol: { kind: 'fixed', warmups: 2, runs: 30 } };
    const of = simulateTrial({ seed: 'counted', gain: 0.3, prints }, fixed);
    const aside: Pair = { ...of.pairs[9]!, index: of.pairs.length, aside: true };
    const evidence = evidenceOf([...of.pairs, aside], fixed.metrics, of.verdict.measured, fixed)!;
    expect(evidence.pairs).toHaveLength(30);
    expect(of.verdict.measured?.pairs).toBe(30);
    expect(evidence.stages).toEqual([{ stage: 'confirm', count: 30, withNumbers: 30, taken: 33 }]);
    const drawn = pairsPlot(evidence, 'p', ['champion', 'candidate']).text;
    expect(drawn).toContain('confirmation, 30 of 33');
    expect(drawn).toContain('30 of 33 pairs of confirmation. ');
  });

  it('falls back to the wall time, and says so, when nobody knows how the printed metrics are read', () => {
    expect(evidenceOf(pairs, null, verdict.measured)).toMatchObject({ assumed: true, rules: [{ name: 'wall' }] });
    expect(evidenceOf([], null, null)).toBeNull();
  });
});

describe('beforeAndAfter', () => {
  it('describes every metric over the pairs that decided', () => {
    const rows = beforeAndAfter(evidenceOf(pairs, rule.metrics, verdict.measured)!);
    expect(rows.map(({ name }) => name)).toEqual(['wall', 'peak memory']);
    expect(rows[1]).toMatchObject({ base: 80, champion: 80, baseWorstDecile: 80 });
    expect(rows[0]!.champion).toBeLessThan(rows[0]!.base);
  });
});
