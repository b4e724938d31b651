import { describe, expect, it } from 'vitest';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import { recheck, ruleOfRecord } from '../../../src/core/verdict/recheck.js';
import type { ReasonCode, Verdict } from '../../../src/core/verdict/verdict.js';
import { simulateTrial } from '../../report/support/sample-pairs.js';
import { sequential } from './pairs.js';

const rule = sequential();
const { pairs, verdict } = simulateTrial({ seed: 'evidence', gain: 0.3 }, rule);
const refused = simulateTrial({ seed: 'refused', gain: 0 }, rule);
const said = (kind: Verdict['kind'], code: ReasonCode, measured = verdict.measured): Verdict => ({ kind, measured, reasons: [{ code, text: '' }] }) as Verdict;

describe('recheck', () => {
  it('agrees with a verdict that the same samples gave', () => {
    expect([verdict.kind, refused.verdict.kind]).toEqual(['accepted', 'rejected']);
    expect(recheck(pairs, rule, verdict)).toEqual({ kind: 'agrees', again: verdict });
    expect(recheck(refused.pairs, rule, refused.verdict).kind).toBe('agrees');
  });

  it('finds a recorded number that the samples do not bear out', () => {
    expect(recheck(pairs, rule, { ...verdict, measured: { ...verdict.measured!, ratio: 2 } })).toMatchObject({ kind: 'differs', again: { kind: 'accepted' } });
  });

  it('finds samples that were changed, left out or added, and another rule', () => {
    expect(recheck(pairs.slice(0, -1), rule, verdict).kind).toBe('differs');
    expect(recheck(pairs.slice(4), rule, refused.verdict).kind).toBe('differs');
    expect(recheck(pairs, { ...rule, delta: 0.5 }, verdict).kind).toBe('differs');
    expect(recheck(pairs, { ...rule, metrics: metricRules([]).map((metric) => ({ ...metric, goal: 'max' as const })) }, verdict).kind).toBe('differs');
  });

  it.each(['not-approved', 'superseded', 'stopped', 'protected'] as const)('tells a rejection for %s from one by the samples', (code) => {
    expect(recheck(pairs, rule, said('rejected', code))).toMatchObject({ kind: 'overruled', again: { kind: 'accepted' } });
  });

  it('does not take a verdict against its samples that names no other ground', () => {
    expect(recheck(pairs, rule, said('rejected', 'futile')).kind).toBe('differs');
    expect(recheck(refused.pairs, rule, said('accepted', 'faster', refused.verdict.measured)).kind).toBe('differs');
  });

  it.each([['rejected', 'left-files'], ['rejected', 'left-processes'], ['rejected', 'output-differs'], ['inconclusive', 'output-varies']] as const)('does not take %s for %s where the samples show nothing of it', (kind, code) => {
    expect(recheck(pairs, rule, said(kind, code)).kind).toBe('differs');
    expect(recheck(pairs, rule, said('rejected', code, null)).kind).toBe('differs');
  });

  it('tells a champion that could not be built from one whose samples failed', () => {
    const screened = pairs.filter(({ stage }) => stage === 'screen');
    expect(recheck(screened, rule, said('rejected', 'champion-failed', null)).kind).toBe('overruled');
    expect(recheck(pairs, rule, said('inconclusive', 'champion-failed')).kind).toBe('differs');
  });

  it('takes a refusal without numbers for what it says', () => {
    expect(recheck(pairs, rule, said('rejected', 'protected', null)).kind).toBe('overruled');
  });
});

it('the rule of samples that were stored without one is what their run kept', () => {
  const evidence = { metrics: rule.metrics, protocol: rule.protocol, benchmark: 'x', findings: [], environment: null };
  expect(ruleOfRecord(evidence, verdict)).toEqual(rule);
  expect(ruleOfRecord(undefined, verdict)).toBeNull();
  expect(ruleOfRecord(evidence, said('rejected', 'protected', null))).toBeNull();
});
