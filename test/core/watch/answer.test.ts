import { describe, expect, test } from 'vitest';
import type { TrialSummary } from '../../../src/core/status.js';
import type { ReasonCode, Verdict } from '../../../src/core/verdict/verdict.js';
import { answerOf, answerOfFailure } from '../../../src/core/watch/answer.js';
import { nothingMeasured } from '../../../src/core/watch/nothing-measured.js';
import { comparedText, limitText, wordOf } from '../../../src/core/watch/shown.js';

const measured = { ratio: 1.25, ci95: [1.2, 1.3] as [number, number], pairs: 8, samples: 20, delta: 0.02 };

function answer(kind: Verdict['kind'], code: ReasonCode, text = 'why', numbers: typeof measured | null = measured): ReturnType<typeof answerOf> {
  const verdict = { kind, measured: numbers, reasons: [{ code, text }] } as Verdict;
  return answerOf({ trials: [{ verdict, samples: null } as TrialSummary] });
}

describe('what a judgement with sides exchanged says of the newer commit', () => {
  test('it is slower only where the older one was accepted', () => {
    expect(answer('accepted', 'faster')).toMatchObject({ kind: 'slower', ratio: 1.25, pairs: 8 });
    for (const [kind, code] of [['rejected', 'mean-worse'], ['inconclusive', 'undecided'], ['inconclusive', 'budget'], ['quarantined', 'metric-disagrees']] as const) expect(answer(kind, code).kind).toBe('open');
    expect(answerOf({ trials: [] }).kind).toBe('open');
  });

  test('it is not where that was futile, or nothing that is measured differs', () => {
    expect(answer('rejected', 'futile').kind).toBe('not-slower');
    expect(answer('rejected', 'protected', `${nothingMeasured}: the base's version is used of all`, null).kind).toBe('not-slower');
  });

  test('a commit that cannot be measured is never one that is not slower', () => {
    for (const code of ['build-failed', 'sample-failed', 'does-not-apply', 'protected', 'left-files'] as const) expect(answer('rejected', code, 'why', null)).toMatchObject({ kind: 'broken', side: 'older' });
    expect(answer('rejected', 'champion-failed', 'why', null)).toMatchObject({ kind: 'broken', side: 'newer' });
  });

  test('a base that is red is the newer commit, and what is not about a commit is a failure of the look', () => {
    expect(answerOfFailure({ code: 'PL_BASE_RED', message: 'the test command failed\nand its log' })).toEqual({ kind: 'broken', side: 'newer', code: 'PL_BASE_RED', text: 'the test command failed' });
    expect(answerOfFailure({ code: 'PL_BENCHMARK_FAILED', message: '' })?.kind).toBe('broken');
    for (const code of ['PL_DISK_FULL', 'PL_BUG', 'PL_GIT_FAILED']) expect(answerOfFailure({ code, message: '' })).toBeNull();
  });
});

describe('a slowdown in words', () => {
  const said = (ratio: number, metric: string | null = null): string => comparedText({ answer: 'slower', metric, ratio, ci95: [ratio, ratio], pairs: 8, text: '' });
  test.each([[1.25, /^confirmed: 25\.0% slower \(/], [2.5, /^confirmed: 2\.50 times as slow/], [1, /^confirmed: no difference/], [0.8, /^confirmed: 25\.0% faster/]])('%d', (ratio, text) => expect(said(ratio)).toMatch(text));
  test('a gain has its interval the same way round', () => {
    const said = comparedText({ answer: 'not-slower', metric: null, ratio: 0.8, ci95: [0.625, 1.25], pairs: 4, text: '' });
    expect(said).toBe('no sign of it: 25.0% faster (95% interval -20.0 to 60.0%) over 4 pairs');
  });
  test('of a metric that is no time', () => expect(said(1.25, 'memory')).toMatch(/^confirmed: 25\.0% worse/));
  test('what is asked', () => expect(`${wordOf({ metric: 'memory' })}${limitText({ allowed: 0.05 })}`).toBe('worse by memory by more than 5.0%'));
});
