import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessStage, type Assessment } from '../../../src/core/verdict/assess.js';
import { metricRules } from '../../../src/core/verdict/metrics.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import type { Verdict } from '../../../src/core/verdict/verdict.js';
import { around, failed, metricConfig, pairsOf, ran, sequential, wallPairs } from './pairs.js';

const summary = (assessment: Assessment): string => {
  if (assessment.kind === 'more') return `more ${assessment.pairs} of ${assessment.most}`;
  if (assessment.kind === 'passed') return 'passed';
  return `${assessment.verdict.kind} ${assessment.verdict.reasons.map(({ code }) => code).join(' ')}`;
};
const decided = (assessment: Assessment): Verdict => {
  if (assessment.kind !== 'decided') throw new Error(`not decided: ${assessment.kind}`);
  return assessment.verdict;
};
const screen = (gains: number[]): string => summary(assessStage('screen', wallPairs('screen', gains), sequential()));
const confirm = (gains: number[]): string => summary(assessStage('confirm', wallPairs('confirm', gains), sequential()));

describe('screening', () => {
  it('asks for pairs up to the next look', () => {
    expect(screen([])).toBe('more 4 of 20');
    expect(screen([0.1, 0.1, 0.1])).toBe('more 4 of 20');
    expect(screen([0.1, 0.11, 0.12, 0.019])).toBe('more 5 of 20');
    expect(screen([0.1, 0.11, 0.12, 0.019, -0.02, 0.01, 0.01])).toBe('more 10 of 20');
  });

  it('passes at the first look that shows the gain, and drops what shows none', () => {
    expect(screen(around(0.1, 4))).toBe('passed');
    expect(screen(around(0, 4))).toBe('rejected futile');
    expect(screen(around(-0.1, 4))).toBe('rejected futile');
  });

  it('is inconclusive at the last look', () => {
    // Slightly above delta in the middle: neither shown nor futile at 4, 5, 6, 10 and 20 pairs.
    const gains = Array.from({ length: 20 }, (_, i) => Math.log(1.02) + (i % 2 === 0 ? 0.03 : -0.029) * (1 + i / 100));
    expect(screen(gains.slice(0, 10))).toBe('more 20 of 20');
    expect(screen(gains)).toBe('inconclusive undecided');
  });

  it('lets the first look that decides stand, whatever was sampled beyond it', () => {
    expect(screen([...around(0.1, 4), -1, -1, -1, -1, -1, -1])).toBe('passed');
    expect(screen([...around(0, 4), 1, 1, 1, 1, 1, 1])).toBe('rejected futile');
  });

  it('reads the pairs by index, not by place', () => {
    const pairs = wallPairs('screen', [...around(0.1, 4), -1, -1]);
    fc.assert(
      fc.property(fc.shuffledSubarray(pairs, { minLength: pairs.length }), (shuffled) => {
        expect(assessStage('screen', shuffled, sequential())).toEqual({ kind: 'passed' });
      }),
    );
  });
});

describe('confirmation', () => {
  it('passes at 9, 15, 28 or 60 pairs, whichever shows the gain first', () => {
    expect(confirm(around(0.1, 8))).toBe('more 9 of 60');
    expect(confirm(around(0.1, 9))).toBe('passed');
    const oneBad = [...around(0.1, 8), 0.019];
    expect(confirm(oneBad)).toBe('more 15 of 60');
    expect(confirm([...oneBad, ...around(0.1, 6)])).toBe('passed');
  });

  it('rejects what is not there, in words with numbers', () => {
    const assessment = assessStage('confirm', wallPairs('confirm', around(0.001, 9)), sequential());
    expect(summary(assessment)).toBe('rejected futile');
    expect(decided(assessment).reasons[0]?.text).toMatch(/^no sign of the 2\.0% gain that was asked for: 0\.\d% \w+ \(95% interval -\d\.\d to \d\.\d%\) over 9 pairs$/);
    expect(decided(assessment).measured).toMatchObject({ pairs: 9, samples: 18, delta: Math.log(1.02) });
  });

  it('is inconclusive at the last look, never accepted', () => {
    const gains = Array.from({ length: 60 }, (_, i) => Math.log(1.02) + (i % 2 === 0 ? 0.03 : -0.029) * (1 + i / 100));
    expect(confirm(gains.slice(0, 28))).toBe('more 60 of 60');
    expect(confirm(gains)).toBe('inconclusive undecided');
  });
});

describe('broken samples', () => {
  const good = [ran(100), ran(90)] as const;

  it('reject the candidate as soon as one of its runs fails', () => {
    const assessment = assessStage('screen', pairsOf('screen', [[...good], [ran(100), failed]]), sequential());
    expect(summary(assessment)).toBe('rejected sample-failed');
    expect(decided(assessment).reasons[0]?.text).toBe("the benchmark failed on the candidate's side in pair 2 of the screening: it ended with exit code 3: out of cheese");
    expect(decided(assessment).measured?.pairs).toBe(1);
  });

  it('have no numbers to show when the first pair failed', () => {
    const assessment = assessStage('screen', pairsOf('screen', [[ran(100), failed]]), sequential());
    expect(assessment).toMatchObject({ kind: 'decided', verdict: { kind: 'rejected', measured: null } });
  });

  it('say nothing about the candidate when the champion fails, even if both do', () => {
    for (const b of [ran(50), failed]) expect(summary(assessStage('confirm', pairsOf('confirm', [[failed, b]]), sequential()))).toBe('inconclusive champion-failed');
  });

  it('count only up to the look that decided', () => {
    const pairs = [...wallPairs('screen', around(0.1, 4)), ...pairsOf('screen', [[ran(100), failed]]).map((pair) => ({ ...pair, index: 4 }))];
    expect(summary(assessStage('screen', pairs, sequential()))).toBe('passed');
  });

  it('name the other ways to fail', () => {
    const rules = metricRules([metricConfig({ name: 'rate', pattern: '(r)', goal: 'max' })]);
    const textOf = (b: Parameters<typeof pairsOf>[1][number][1], a = ran(1, { rate: 5 })): string => {
      const assessment = assessStage('screen', pairsOf('screen', [[a, b]]), sequential(rules));
      return assessment.kind === 'decided' ? (assessment.verdict.reasons[0]?.text ?? '') : assessment.kind;
    };
    expect(textOf({ ok: false, wallMs: 1, failure: { kind: 'timeout', afterMs: 60_000 } })).toMatch(/it did not end within 60 s$/);
    expect(textOf({ ok: false, wallMs: 1, failure: { kind: 'exit', code: null, signal: 'SIGKILL', tail: '' } })).toMatch(/it was killed by SIGKILL$/);
    expect(textOf({ ok: false, wallMs: 1, failure: { kind: 'metric', metric: 'rate', problem: 'several', tail: 'rate 1' } })).toMatch(/it printed rate more than once: rate 1$/);
    expect(textOf(ran(1))).toMatch(/candidate's side .* it has no finite number for rate$/);
    expect(textOf(ran(1, { rate: 0 }))).toMatch(/^rate is 0 on the candidate's side in pair 1 of the screening; a ratio needs numbers above 0/);
    expect(textOf(ran(1, { rate: 2 }), ran(1, { rate: 0 }))).toMatch(/^rate is 0 on the champion's side/);
  });
});

describe('floors and ceilings', () => {
  const rules = metricRules([metricConfig({ name: 'wall' }), metricConfig({ name: 'recall', pattern: '(r)', goal: 'max', floor: 0.9 }), metricConfig({ name: 'errors', pattern: '(e)', ceiling: 0 })]);
  const good = { recall: 0.95, errors: 0 };

  it('reject at the first sample of the candidate beyond them', () => {
    const low = pairsOf('screen', [[ran(100, good), ran(50, good)], [ran(100, good), ran(50, { ...good, recall: 0.89 })]]);
    const assessment = assessStage('screen', low, sequential(rules));
    expect(summary(assessment)).toBe('rejected floor');
    expect(decided(assessment).reasons[0]?.text).toBe('recall was 0.89, below its floor of 0.9, in pair 2 of the screening');
    expect(summary(assessStage('screen', pairsOf('screen', [[ran(100, good), ran(50, { ...good, errors: 5 })]]), sequential(rules)))).toBe('rejected floor');
  });

  it('do not hold the champion to them, and count zero errors on both sides as unchanged', () => {
    const pairs = pairsOf('confirm', Array.from({ length: 9 }, (_, i) => [ran(100 + i, { recall: 0.8, errors: 0 }), ran(50, good)]));
    expect(summary(assessStage('confirm', pairs, sequential(rules)))).toBe('passed');
  });

  it('let a sample be exactly on them', () => {
    const pairs = pairsOf('screen', Array.from({ length: 4 }, (_, i) => [ran(100 + i, good), ran(50, { recall: 0.9, errors: 0 })]));
    expect(summary(assessStage('screen', pairs, sequential(rules)))).toBe('passed');
  });
});

describe('guards', () => {
  const rules = metricRules([metricConfig({ name: 'wall' }), metricConfig({ name: 'memory', pattern: '(m)', unit: 'MB', max_regression: 0.1 })]);
  /** Wall gains of 10%, and this factor on the memory. */
  const guarded = (stage: 'screen' | 'confirm', factors: number[], rule: Rule = sequential(rules)): Assessment =>
    assessStage(stage, pairsOf(stage, factors.map((factor, i) => [ran(100 + i / 10, { memory: 200 }), ran(90, { memory: 200 * factor })])), rule);
  /** Factors around a centre, too wide to tell at 9 pairs where they straddle 1.1. */
  const factors = (centre: number, count: number): number[] => around(centre, count, 0.12);

  it('are kept when shown to be within what is allowed', () => {
    expect(summary(guarded('confirm', factors(1, 9)))).toBe('passed');
  });

  it('keep the sampling going until they are decided', () => {
    const open = factors(1.08, 9);
    expect(summary(guarded('confirm', open))).toBe('more 15 of 60');
    expect(summary(guarded('confirm', [...open, ...factors(1, 6)]))).toBe('more 28 of 60');
    expect(summary(guarded('confirm', [...open, ...factors(0.9, 19)]))).toBe('passed');
  });

  it('need the gain to hold still when they are decided', () => {
    const memory = [...factors(1.08, 9), ...factors(0.9, 19)];
    const at = (walls: number[]): string =>
      summary(assessStage('confirm', pairsOf('confirm', walls.map((wall, i) => [ran(100, { memory: 200 }), ran(wall + i / 10, { memory: 200 * (memory[i] ?? 1) })])), sequential(rules)));
    const nine = Array.from({ length: 9 }, () => 90);
    expect(at(nine)).toBe('more 15 of 60');
    expect(at([...nine, ...Array.from({ length: 19 }, () => 90)])).toBe('passed');
    expect(at([...nine, ...Array.from({ length: 19 }, () => 101)])).toBe('more 60 of 60');
  });

  it('reject what is shown to be worse, in screening too', () => {
    const assessment = guarded('confirm', factors(1.3, 9));
    expect(summary(assessment)).toBe('rejected guard-worse');
    expect(decided(assessment).reasons[0]?.text).toMatch(/^memory is \d\d\.\d% higher over 9 pairs; 10\.0% worse is allowed$/);
    // Four pairs cannot reach 5%, so the wall time passes first.
    expect(summary(guarded('screen', factors(1.3, 4)))).toBe('passed');
    const slowStart = pairsOf('screen', factors(1.3, 5).map((factor, i) => [ran(i === 0 ? 91 : 100 + i / 10, { memory: 200 }), ran(90, { memory: 200 * factor })]));
    expect(summary(assessStage('screen', slowStart, sequential(rules)))).toBe('rejected guard-worse');
  });

  it('do not hold up screening while they are open', () => {
    expect(summary(guarded('screen', factors(1.1, 4)))).toBe('passed');
  });

  it('leave it inconclusive when the last look cannot tell, and name the guard', () => {
    const assessment = guarded('confirm', factors(1.1, 60));
    expect(summary(assessment)).toBe('inconclusive guard-undecided');
    expect(decided(assessment).reasons[0]?.text).toMatch(/^too uncertain at the last look: memory is /);
  });

  it('keep a number that does not vary on a limit of no regression at all, and reject it one byte beyond', () => {
    const strict = sequential(metricRules([metricConfig({ name: 'wall' }), metricConfig({ name: 'memory', pattern: '(m)', max_regression: 0 })]));
    expect(summary(guarded('confirm', Array.from({ length: 9 }, () => 1), strict))).toBe('passed');
    expect(summary(guarded('confirm', Array.from({ length: 9 }, () => 1.0001), strict))).toBe('rejected guard-worse');
  });

  it('are also the primary metrics, where there are several', () => {
    const two = metricRules([metricConfig({ name: 'x', pattern: '(x)', primary: true }), metricConfig({ name: 'y', pattern: '(y)', primary: true })]);
    const pairs = pairsOf('confirm', around(0, 9).map((noise) => [ran(100, { x: 100, y: 100 }), ran(100, { x: 50 * Math.exp(noise), y: 120 * Math.exp(noise) })]));
    expect(summary(assessStage('confirm', pairs, sequential(two)))).toBe('rejected guard-worse');
  });
});

describe('the fixed protocol', () => {
  const fixed: Rule = { ...sequential(), protocol: { kind: 'fixed', warmups: 3, runs: 10 } };
  const state = (gains: number[]): string => summary(assessStage('confirm', wallPairs('confirm', gains), fixed));

  it('needs no screening and looks once, after the warm-ups', () => {
    expect(summary(assessStage('screen', [], fixed))).toBe('passed');
    expect(state([])).toBe('more 13 of 13');
    expect(state([-1, -1, -1, ...around(0.1, 10)])).toBe('passed');
    expect(state([1, 1, 1, ...around(0, 10)])).toBe('rejected futile');
    expect(state([1, 1, 1, ...around(Math.log(1.02), 10)])).toBe('inconclusive undecided');
  });
});
