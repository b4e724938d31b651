import { describe, expect, it } from 'vitest';
import type { Pair, Sample } from '../../../src/core/sample.js';
import { estimate, verdictOf } from '../../../src/core/verdict/judge.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import type { Verdict } from '../../../src/core/verdict/verdict.js';
import { around, failed, metricConfig, pairsOf, ran, sequential, wallOnly, wallPairs } from './pairs.js';

const codes = (verdict: Verdict): string => `${verdict.kind} ${verdict.reasons.map(({ code }) => code).join(' ')}`;
const both = (screened: number[], confirmed: number[]): Pair[] => [...wallPairs('screen', screened), ...wallPairs('confirm', confirmed)];
const faster = Math.log(1.123);

describe('verdict of a trial', () => {
  it('accepts what both stages show, estimated from the confirmation, counting every execution', () => {
    const verdict = verdictOf(both(around(0.2, 4), around(faster, 9)), sequential());
    expect(codes(verdict)).toBe('accepted faster');
    expect(verdict.measured).toMatchObject({ pairs: 9, samples: 26, delta: Math.log(1.02) });
    expect(verdict.measured?.ratio).toBeCloseTo(1.123, 2);
    expect(verdict.measured?.ci95[0]).toBeLessThan(verdict.measured?.ratio ?? 0);
    expect(verdict.reasons[0]?.text).toMatch(/^confirmed: 12\.\d% faster \(95% interval 1[12]\.\d to 1[23]\.\d%\) over 9 pairs; more than the 2\.0% that were asked for$/);
  });

  it('can be recomputed from stored pairs, in any order', () => {
    const pairs = both(around(0.2, 4), around(faster, 9));
    const verdict = verdictOf(pairs, sequential());
    expect(verdictOf(JSON.parse(JSON.stringify(pairs.toReversed())) as Pair[], JSON.parse(JSON.stringify(sequential())) as Rule)).toEqual(verdict);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('stands on the confirmation alone where there was no screening', () => {
    expect(verdictOf(wallPairs('confirm', around(faster, 9)), sequential())).toMatchObject({ kind: 'accepted', measured: { samples: 18 } });
  });

  it('never accepts on screening alone', () => {
    const verdict = verdictOf(wallPairs('screen', around(0.2, 4)), sequential());
    expect(codes(verdict)).toBe('inconclusive stopped');
    expect(verdict.reasons[0]?.text).toBe('stopped after 0 pairs of confirmation, before they could decide');
    expect(verdict.measured).toMatchObject({ pairs: 4, samples: 8 });
  });

  it('is inconclusive when the sampling stopped between looks', () => {
    expect(codes(verdictOf(both(around(0.2, 4), around(faster, 8)), sequential()))).toBe('inconclusive stopped');
    expect(codes(verdictOf(wallPairs('screen', [0.1]), sequential()))).toBe('inconclusive stopped');
    expect(codes(verdictOf([], sequential()))).toBe('inconclusive stopped');
  });

  it('takes the word of the stage that decided', () => {
    expect(codes(verdictOf(both(around(0, 4), around(0.2, 9)), sequential()))).toBe('rejected futile');
    expect(codes(verdictOf(both(around(0.2, 4), around(0, 9)), sequential()))).toBe('rejected futile');
    expect(verdictOf(both(around(0.2, 4), around(0, 9)), sequential()).measured).toMatchObject({ pairs: 9, samples: 26 });
  });

  it('shows the screening when the confirmation broke before it had numbers', () => {
    const verdict = verdictOf([...wallPairs('screen', around(0.2, 4)), ...pairsOf('confirm', [[failed, ran(1)]])], sequential());
    expect(codes(verdict)).toBe('inconclusive champion-failed');
    expect(verdict.measured).toMatchObject({ pairs: 4, samples: 10 });
  });
});

describe('the arithmetic mean', () => {
  it('rejects a rarer, much slower mode behind a better median', () => {
    // Nine pairs with it do not pass, fifteen do.
    const gains = [-1.5, ...around(faster, 14)];
    const verdict = verdictOf(both(around(faster, 4), gains), sequential());
    expect(codes(verdict)).toBe('rejected mean-worse');
    expect(verdict.reasons[0]?.text).toMatch(/12\.\d% faster .* over 15 pairs, but the mean of all 19 pairs is \d+\.\d% slower/);
  });

  it('looks at both stages', () => {
    // The screening passes at its third look, with one very slow run of the candidate.
    const screened = [...around(faster, 3), -2.5, ...around(faster, 6)];
    const verdict = verdictOf(both(screened, around(faster, 9)), sequential());
    expect(codes(verdict)).toBe('rejected mean-worse');
    expect(codes(verdictOf(wallPairs('confirm', around(faster, 9)), sequential()))).toBe('accepted faster');
  });

  it('averages a rate as the time that a unit takes', () => {
    const rules = metricRules([metricConfig({ name: 'rate', pattern: '(r)', goal: 'max' })]);
    const at = (rates: [number, number][]): Pair[] => pairsOf('confirm', rates.map(([a, b]) => [ran(100, { rate: a }), ran(100, { rate: b })]));
    const good: [number, number][] = around(0, 14).map((noise) => [100, 130 * Math.exp(noise)]);
    // One run at a hundredth of the rate: the mean rate is still higher, the mean time is not.
    expect(codes(verdictOf(at([[100, 1], ...good]), sequential(rules)))).toBe('rejected mean-worse');
    expect(codes(verdictOf(at([[100, 90], ...good]), sequential(rules)))).toBe('accepted faster');
  });
});

describe('quarantine', () => {
  it('keeps what is more than 10 times as fast for a person', () => {
    const verdict = verdictOf(both(around(Math.log(12), 4), around(Math.log(12), 9)), sequential());
    expect(codes(verdict)).toBe('quarantined too-fast');
    expect(verdict.reasons[0]?.text).toMatch(/^1\d\.\d times as fast \(95% interval 1\d\.\d to 1\d\.\d times\) over 9 pairs/);
    expect(codes(verdictOf(both(around(Math.log(9), 4), around(Math.log(9), 9)), sequential()))).toBe('accepted faster');
  });

  const printed = (metric: Parameters<typeof metricConfig>[0]): Rule => sequential(metricRules([metricConfig({ pattern: '(t)', ...metric })]));
  /** Nine confirmed pairs of (wall ms, metric) on either side, each wobbling by 1%. */
  const measured = (name: string, a: [number, number], b: [number, number]): Pair[] => {
    const wobble = around(0, 9, 0.01);
    const sample = ([wall, value]: [number, number], i: number): Sample => ran(wall * Math.exp(wobble[(i * 4) % 9] ?? 0), { [name]: value * Math.exp((wobble[i % 9] ?? 0) / 2) });
    return pairsOf('confirm', wobble.map((_, i) => [sample(a, i), sample(b, i + 3)]));
  };

  it('accepts a printed time whose gain shows from outside', () => {
    expect(codes(verdictOf(measured('t', [500, 400], [400, 300]), printed({ name: 't', unit: 'ms' })))).toBe('accepted faster');
    expect(codes(verdictOf(measured('t', [500, 0.4], [400, 0.3]), printed({ name: 't', unit: 's' })))).toBe('accepted faster');
  });

  it('keeps a printed time whose gain does not show from outside', () => {
    const verdict = verdictOf(measured('t', [500, 400], [500, 300]), printed({ name: 't', unit: 'ms' }));
    expect(codes(verdict)).toBe('quarantined metric-disagrees');
    expect(verdict.reasons[0]?.text).toMatch(/^t claims to save \d+ ms a run, and it is \d+\.\d% of the run, but the time from outside is (only )?[\d.]+ ms (shorter|longer) over 9 pairs/);
    // Also where the metric is less than half of the run.
    expect(codes(verdictOf(measured('t', [1000, 250], [1000, 125]), printed({ name: 't', unit: 'ms' })))).toBe('quarantined metric-disagrees');
  });

  it('asks for at least half of the claim', () => {
    expect(codes(verdictOf(measured('t', [500, 400], [440, 300]), printed({ name: 't', unit: 'ms' })))).toBe('accepted faster');
    expect(codes(verdictOf(measured('t', [500, 400], [460, 300]), printed({ name: 't', unit: 'ms' })))).toBe('quarantined metric-disagrees');
  });

  it('goes by the best estimate where the metric is most of the run, and by proof where it is a smaller part', () => {
    // Of about 100 ms claimed the run saves less than half in six of nine pairs: the best estimate, but no proof.
    const saved = [20, 80, 40, 30, 70, 35, 20, 75, 40];
    const at = (total: number): Pair[] => pairsOf('confirm', saved.map((ms, i) => [ran(total, { t: 400 + i }), ran(total - ms, { t: 300 })]));
    const rule = printed({ name: 't', unit: 'ms' });
    expect(codes(verdictOf(at(500), rule))).toBe('quarantined metric-disagrees');
    expect(codes(verdictOf(at(1200), rule))).toBe('accepted faster');
  });

  it('does not take a small part of a run for its cause', () => {
    expect(codes(verdictOf(measured('t', [100, 15], [100, 8]), printed({ name: 't', unit: 'ms' })))).toBe('accepted faster');
  });

  it('does not ask a time per operation, or a rate, to show in a run of fixed length', () => {
    expect(codes(verdictOf(measured('t', [500, 900], [500, 600]), printed({ name: 't', unit: 'ns' })))).toBe('accepted faster');
    expect(codes(verdictOf(measured('t', [500, 900], [500, 1200]), printed({ name: 't', goal: 'max', unit: '1/s' })))).toBe('accepted faster');
  });

  it('keeps any printed gain whose run got longer from outside', () => {
    const verdict = verdictOf(measured('t', [500, 900], [700, 1200]), printed({ name: 't', goal: 'max', unit: '1/s' }));
    expect(codes(verdict)).toBe('quarantined metric-disagrees');
    expect(verdict.reasons[0]?.text).toMatch(/^t claims to be 3\d\.\d% faster, but the whole run takes 4\d\.\d% longer from outside over 9 pairs/);
    expect(codes(verdictOf(measured('t', [500, 900], [700, 600]), printed({ name: 't', unit: 'ns' })))).toBe('quarantined metric-disagrees');
  });

  it('says both reasons when both hold', () => {
    expect(codes(verdictOf(measured('t', [500, 400], [500, 4]), printed({ name: 't', unit: 'ms' })))).toBe('quarantined too-fast metric-disagrees');
  });
});

describe('estimate for the live view', () => {
  it('is there from 4 pairs on, and leaves failed ones out', () => {
    expect(estimate(wallPairs('screen', [0.1, 0.1, 0.1]), wallOnly)).toBeNull();
    const four = wallPairs('screen', around(0.1, 4));
    expect(estimate(four, wallOnly)).toMatchObject({ pairs: 4 });
    expect(estimate([...four, ...pairsOf('screen', [[ran(1), failed]])], wallOnly)).toMatchObject({ pairs: 4 });
  });

  it('has an interval of at least 95% also where ranks cannot reach it', () => {
    const gains = [0.09, 0.1, 0.11, 0.12];
    const [low, high] = estimate(wallPairs('screen', gains), wallOnly)?.ci95 ?? [0, 0];
    // Neither can five pairs.
    expect(estimate(wallPairs('screen', [...gains, 0.1]), wallOnly)?.ci95[0]).toBeLessThan(Math.exp(0.0899));
    // Student: 0.105 -+ 3.18245 * 0.01291 / 2.
    expect(Math.log(low)).toBeCloseTo(0.105 - (3.18245 * Math.sqrt(0.0005 / 3)) / 2, 6);
    expect(Math.log(high)).toBeCloseTo(0.105 + (3.18245 * Math.sqrt(0.0005 / 3)) / 2, 6);
  });
});

describe('several benchmarks', () => {
  const names = [{ name: 'parse' }, { name: 'print' }];
  const times = (parse: number, print: number, i: number, metrics: Record<string, number> = {}): Sample => {
    const wobble = 1 + ((i * 5) % 9) / 1000;
    return { ok: true, wallMs: (parse + print) * wobble, parts: { parse: { wallMs: parse * wobble }, print: { wallMs: print * wobble } }, metrics };
  };
  const confirmed = (a: (i: number) => Sample, b: (i: number) => Sample): Pair[] => pairsOf('confirm', Array.from({ length: 9 }, (_, i) => [a(i), b(i + 3)]));

  it('are accepted for the mean of their gains, where each keeps its limit', () => {
    const verdict = verdictOf(confirmed((i) => times(100, 100, i), (i) => times(80, 101, i)), sequential(metricRules([], names)));
    expect(codes(verdict)).toBe('accepted faster');
    expect(verdict.measured?.ratio).toBeCloseTo(Math.sqrt((100 / 80) * (100 / 101)), 2);
  });

  it('are refused for one that got worse, however much another gains', () => {
    const verdict = verdictOf(confirmed((i) => times(100, 100, i), (i) => times(40, 120, i)), sequential(metricRules([], names)));
    expect(codes(verdict)).toBe('rejected guard-worse');
    expect(verdict.reasons[0]?.text).toMatch(/^print is 2\d\.\d% higher/);
  });

  it('hold what one prints against the time of that one', () => {
    const rules = sequential(metricRules([metricConfig({ name: 'ms', benchmark: 'parse', pattern: '(m)', unit: 'ms' }), metricConfig({ name: 'print', benchmark: 'print', max_regression: 1 })], names));
    // The other benchmark lost as much as this one gained: the time of the whole says nothing.
    expect(codes(verdictOf(confirmed((i) => times(100, 20, i, { ms: 90 }), (i) => times(60, 34, i, { ms: 50 })), rules))).toBe('accepted faster');
    expect(codes(verdictOf(confirmed((i) => times(100, 40, i, { ms: 90 }), (i) => times(99, 38, i, { ms: 50 })), rules))).toBe('quarantined metric-disagrees');
  });

  it('say which of them failed', () => {
    const broken: Sample = { ok: false, wallMs: 9, failure: { kind: 'timeout', afterMs: 2000, benchmark: 'print' } };
    const verdict = verdictOf(confirmed((i) => times(100, 100, i), () => broken), sequential(metricRules([], names)));
    expect(verdict.reasons[0]).toMatchObject({ code: 'sample-failed', text: expect.stringContaining('print: it did not end within 2 s') as string });
  });
});

describe('what is too good to believe', () => {
  const limited = (maxRatio: number, roofline: number | null): Rule => ({ ...sequential(), limits: { maxRatio, roofline } });

  it('is a gain above the ratio that the target names, in place of 10', () => {
    const threefold = both(around(Math.log(3), 4), around(Math.log(3), 9));
    expect(codes(verdictOf(threefold, limited(10, null)))).toBe('accepted faster');
    expect(codes(verdictOf(threefold, limited(2, null)))).toBe('quarantined too-fast');
    const twentyfold = both(around(Math.log(20), 4), around(Math.log(20), 9));
    expect(codes(verdictOf(twentyfold, limited(10, null)))).toBe('quarantined too-fast');
    expect(codes(verdictOf(twentyfold, limited(100, null)))).toBe('accepted faster');
  });

  it('is a median better than the roofline: a time below it, a rate above it', () => {
    // The champion takes 100 ms.
    const pairs = both(around(faster, 4), around(faster, 9));
    expect(codes(verdictOf(pairs, limited(10, 80)))).toBe('accepted faster');
    const verdict = verdictOf(pairs, limited(10, 95));
    expect(codes(verdict)).toBe('quarantined roofline');
    expect(verdict.reasons[0]?.text).toMatch(/^its median wall of 8\d(?:\.\d+)? ms is better than the roofline of 95 ms \(the champion's is 100 ms\)/);
    const rate = metricRules([metricConfig({ name: 'rate', pattern: 'r=(.*)', goal: 'max', unit: 'op/s' })]);
    const rates = (['screen', 'confirm'] as const).flatMap((stage) => pairsOf(stage, Array.from({ length: 9 }, (_, i) => [ran(100, { rate: 10 }), ran(90, { rate: 11 + i / 100 })])));
    expect(codes(verdictOf(rates, { ...sequential(rate), limits: { maxRatio: 10, roofline: 10.5 } }))).toBe('quarantined roofline');
    expect(codes(verdictOf(rates, { ...sequential(rate), limits: { maxRatio: 10, roofline: 12 } }))).toBe('accepted faster');
  });
});
