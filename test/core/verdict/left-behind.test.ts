import { describe, expect, test } from 'vitest';
import type { Left, Pair } from '../../../src/core/sample.js';
import { assessStage } from '../../../src/core/verdict/assess.js';
import { verdictOf } from '../../../src/core/verdict/judge.js';
import { leftBehind, tampering } from '../../../src/core/verdict/left-behind.js';
import { pairsOf, ran, sequential } from './pairs.js';

/** Pairs of a candidate that is twice as fast, and what each side left in each of them. */
const pairs = (a: (Left | undefined)[], b: (Left | undefined)[]): Pair[] =>
  pairsOf('screen', a.map((left, index) => [{ ...ran(200), ...(left === undefined ? {} : { left }) }, { ...ran(100), ...(b[index] === undefined ? {} : { left: b[index] }) }]));

const never: undefined[] = [undefined, undefined, undefined, undefined];

describe('files that executions change', () => {
  test('are nobody\'s fault where nobody changes any, or the champion does too', () => {
    expect(leftBehind(pairs(never, never))).toEqual([]);
    expect(leftBehind(pairs([undefined, { changed: ['log', 'db'] }, undefined, undefined], [{ changed: ['log'] }, { changed: ['log'] }, undefined, { changed: ['db'] }]))).toEqual([]);
  });

  test('refuse a candidate that changes others, once is enough', () => {
    const [reason, ...more] = leftBehind(pairs([{ changed: ['log'] }, undefined, undefined, undefined], [{ changed: ['log', 'dist/memo'] }, undefined, undefined, undefined]));
    expect(reason).toMatchObject({ code: 'left-files', text: expect.stringContaining('dist/memo') as string });
    expect(reason?.text).not.toContain('log');
    expect(more).toEqual([]);
  });

  test('of a champion that changes more than is known by name say nothing', () => {
    expect(leftBehind(pairs([{ changed: ['x'], more: 1 }, ...never.slice(1)], [{ changed: ['y'] }, ...never.slice(1)]))).toEqual([]);
  });
});

describe('processes that live on', () => {
  /** They ended by themselves after so many milliseconds. */
  const ms = (...all: number[]): Left[] => all.map((value) => (value === 0 ? {} : { ms: value, ended: 0 }));
  const killed: Left = { ms: 256, ended: 1, processes: ['node'] };
  const times = (count: number, left: Left, of: number): (Left | undefined)[] => Array.from({ length: of }, (_, index) => (index < count ? left : undefined));
  const last = (all: (Left | undefined)[]) => all.toReversed();

  test('refuse a candidate whose processes had to be ended, however long a sample takes', () => {
    const slow = (left: Left | undefined, wallMs: number) => ({ ...ran(wallMs), ...(left === undefined ? {} : { left }) });
    const all = pairsOf('confirm', Array.from({ length: 8 }, () => [slow(undefined, 20_000), slow(killed, 10_000)]));
    expect(leftBehind(all)).toMatchObject([{ code: 'left-processes', text: expect.stringMatching(/\(node\).*in 8 of 8 samples, never of the champion's/) as string }]);
  });

  test('refuse it where that is in fewer than half of the samples', () => {
    expect(leftBehind(pairs(times(0, killed, 10), times(3, killed, 10)))).toMatchObject([{ code: 'left-processes' }]);
    expect(leftBehind(pairs(ms(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), ms(190, 0, 0, 150, 0, 0, 190, 0, 0, 0)))).toMatchObject([{ code: 'left-processes' }]);
  });

  test('refuse it where they end by themselves, and the champion has none', () => {
    expect(leftBehind(pairs(never, ms(60, 80, 70, 65)))).toMatchObject([{ code: 'left-processes', text: expect.stringContaining('for 65 ms') as string }]);
  });

  test('refuse it where the champion\'s had to be ended by accident, and its own nearly always', () => {
    expect(leftBehind(pairs(times(1, killed, 8), last(times(7, killed, 8))))).toMatchObject([{ code: 'left-processes', text: expect.stringContaining("in 7 of 8 samples, of the champion's in 1") as string }]);
  });

  test('are nobody\'s fault for some milliseconds, in one sample, or on both sides', () => {
    expect(leftBehind(pairs(never, ms(8, 15, 12, 9)))).toEqual([]);
    expect(leftBehind(pairs(never, ms(190, 0, 0, 0)))).toEqual([]);
    expect(leftBehind(pairs(never, last(times(1, killed, 4))))).toEqual([]);
    expect(leftBehind(pairs(times(4, killed, 4), times(4, killed, 4)))).toEqual([]);
    expect(leftBehind(pairs(ms(205, 205, 205, 205), ms(206, 207, 203, 205)))).toEqual([]);
  });

  test('are nobody\'s fault where they are left now and then, on the one side as on the other', () => {
    expect(leftBehind(pairs(times(2, killed, 10), last(times(4, killed, 10))))).toEqual([]);
    expect(leftBehind(pairs(ms(150, 0, 0, 160, 0, 0, 140, 0, 0, 0), ms(0, 170, 0, 0, 150, 150, 0, 0, 160, 0)))).toEqual([]);
  });

  test('may live longer where a sample takes long: only what is more than a gain that counts as none matters', () => {
    const slow = (left: Left | undefined, wallMs: number) => ({ ...ran(wallMs), ...(left === undefined ? {} : { left }) });
    expect(leftBehind(pairsOf('screen', ms(30, 30, 30, 30).map((left) => [slow(undefined, 60_000), slow(left, 30_000)])))).toEqual([]);
  });

  test('of a champion sample that stands in for another are not known, so that such a pair says nothing', () => {
    const all = pairs([killed, ...never.slice(1)], [killed, killed, killed, killed]).map((pair, index): Pair => (index === 0 ? pair : { ...pair, shared: true }));
    expect(leftBehind(all)).toEqual([]);
  });

  describe('in samples that do not say which had to be ended', () => {
    const earlier = (...all: number[]): Left[] => all.map((value) => ({ ms: value }));

    test('are judged as they were then, by the medians', () => {
      expect(leftBehind(pairs(never, [{ ms: 205, processes: ['node'] }, { ms: 204, processes: ['node'] }, { ms: 204 }, { ms: 210 }]))).toMatchObject([{ code: 'left-processes', text: expect.stringMatching(/20[45] ms .*\(node, which had to be ended\)/) as string }]);
      expect(leftBehind(pairs(never, [{ ms: 190 }, undefined, undefined, undefined]))).toEqual([]);
      expect(leftBehind(pairs([...never, undefined], [...earlier(190, 190), undefined, undefined, undefined]))).toEqual([]);
    });
  });
});

describe('protected files that are written', () => {
  const input = { written: ['bench/input'] };

  test('refuse the candidate, also where they hold the same afterwards', () => {
    expect(tampering(pairs(never, [undefined, input, undefined, undefined]))).toMatchObject([{ code: 'protected', text: expect.stringContaining('bench/input') as string }]);
    expect(tampering(pairs([input, ...never.slice(1)], [input, input, undefined, undefined]))).toEqual([]);
    expect(tampering(pairs(never, never))).toEqual([]);
  });

  test('end a stage before its next look', () => {
    const all = pairs(never, [input, undefined, undefined, undefined]).slice(0, 1);
    expect(assessStage('confirm', all.map((pair) => ({ ...pair, stage: 'confirm' })), sequential())).toMatchObject({ kind: 'decided', verdict: { kind: 'rejected', reasons: [{ code: 'protected' }] } });
  });
});

test('the verdict is rejected for it at the first look, and so is one that is computed again', () => {
  const all = pairs(never, never.map(() => ({ changed: ['dist/memo'] })));
  const assessed = assessStage('screen', all, sequential());
  expect(assessed).toMatchObject({ kind: 'decided', verdict: { kind: 'rejected', reasons: [{ code: 'left-files' }] } });
  expect(verdictOf(all, sequential())).toMatchObject({ kind: 'rejected', reasons: [{ code: 'left-files' }] });
});
