import { describe, expect, it } from 'vitest';
import { beforeAndAfter, evidenceOf, recheck } from '../../src/report/evidence.js';
import { simulateTrial } from './support/sample-pairs.js';
import { rule } from './support/sample-run.js';

const prints = () => ({ 'peak memory': 80 });
const { pairs, verdict } = simulateTrial({ seed: 'evidence', gain: 0.3, prints }, rule);

describe('recheck', () => {
  it('agrees with a verdict that the same samples gave', () => {
    expect(verdict.kind).toBe('accepted');
    expect(recheck(pairs, verdict, rule.metrics, rule.protocol)).toEqual({ kind: 'agrees' });
  });

  it('finds a recorded number that the samples do not bear out', () => {
    const forged = { ...verdict, measured: { ...verdict.measured!, ratio: 2 } } as typeof verdict;
    expect(recheck(pairs, forged, rule.metrics, rule.protocol)?.kind).toBe('differs');
  });

  it('finds samples that were changed', () => {
    expect(recheck(pairs.slice(0, -1), verdict, rule.metrics, rule.protocol)?.kind).toBe('differs');
  });

  it('tells a rejection by a person from one by the samples', () => {
    const refused = { kind: 'rejected', measured: verdict.measured, reasons: [{ code: 'not-approved', text: 'no' }] } as const;
    expect(recheck(pairs, { ...refused, reasons: [...refused.reasons] }, rule.metrics, rule.protocol)).toEqual({ kind: 'overruled', samplesSay: 'accepted' });
  });

  it('says nothing where it cannot compute', () => {
    expect(recheck(pairs, verdict, null, rule.protocol)).toBeNull();
    expect(recheck([], verdict, rule.metrics, rule.protocol)).toBeNull();
  });
});

describe('evidenceOf', () => {
  it('keeps the stages in order and takes the estimate of the verdict', () => {
    const evidence = evidenceOf(pairs, rule.metrics, verdict.measured);
    expect(evidence?.stages.map(({ stage }) => stage)).toEqual(['screen', 'confirm']);
    expect(evidence?.estimate?.ratio).toBe(verdict.measured?.ratio);
    expect(evidence?.assumed).toBe(false);
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
