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
  const ms = (...all: number[]): Left[] => all.map((value) => ({ ms: value }));

  test('refuse a candidate whose processes do and the champion\'s do not', () => {
    expect(leftBehind(pairs(never, [{ ms: 205, processes: ['node'] }, { ms: 204, processes: ['node'] }, { ms: 204 }, { ms: 210 }]))).toMatchObject([{ code: 'left-processes', text: expect.stringMatching(/20[45] ms .*\(node,/) as string }]);
    expect(leftBehind(pairs(never, ms(60, 80, 70, 65)))).toMatchObject([{ code: 'left-processes' }]);
  });

  test('are nobody\'s fault for some milliseconds, in some samples, or on both sides', () => {
    expect(leftBehind(pairs(never, ms(8, 15, 12, 9)))).toEqual([]);
    expect(leftBehind(pairs(never, [{ ms: 190 }, undefined, undefined, undefined]))).toEqual([]);
    expect(leftBehind(pairs(ms(205, 205, 205, 205), ms(206, 207, 203, 205)))).toEqual([]);
  });

  test('may live longer where a sample takes long: only what is more than a gain that counts as none matters', () => {
    const slow = (left: Left | undefined, wallMs: number) => ({ ...ran(wallMs), ...(left === undefined ? {} : { left }) });
    expect(leftBehind(pairsOf('screen', [30, 30, 30, 30].map((value) => [slow(undefined, 60_000), slow({ ms: value }, 30_000)])))).toEqual([]);
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
