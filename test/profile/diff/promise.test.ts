import { expect, it, test } from 'vitest';
import { compareProfiles } from '../../../src/profile/diff/compare.js';
import type { Measured } from '../../../src/profile/diff/measure.js';
import { promiseOf } from '../../../src/profile/diff/promise.js';

type Times = Record<string, number>;

/** `name` is of a.js, `name@file` of another. */
const profile = (times: Times, over: Partial<Measured> = {}): Measured => ({
  kind: 'v8', programs: [], gpus: [], wallMs: null, sampleMs: 1,
  sections: { functions: Object.entries(times).map(([key, ms], line) => ({ name: key.split('@')[0] ?? '', file: `/repo/src/${key.split('@')[1] ?? 'a.js'}`, line, count: null, ms })) },
  ...over,
});

const hot = { file: 'src/a.js', function: 'hot' };

test.each<[string, Times, Times, string, RegExp]>([
  ['the function gave the time back', { hot: 800, other: 200 }, { hot: 100, other: 195 }, 'kept', /As promised: hot took 800 ms of its own and takes 100 ms; that is 99%/],
  ['what it moved elsewhere in its file is subtracted', { hot: 800 }, { hot: 100, helper: 250 }, 'kept', /less 250 ms in new functions of its file/],
  ['it is gone', { hot: 800, other: 200 }, { other: 200 }, 'kept', /takes 0\.0 ms/],
  ['all of it moved to new functions', { hot: 800 }, { hot: 100, helper: 900 }, 'partly', /Only in part/],
  ['more came from another', { hot: 800, 'g@b.js': 900 }, { hot: 500, 'g@b.js': 100 }, 'partly', /More came from g \(800 ms\)/],
  ['it takes as long as before', { hot: 800, 'g@b.js': 900 }, { hot: 800, 'g@b.js': 100 }, 'unclear', /may be chance/],
  ['it takes more, another less', { hot: 500, 'g@b.js': 900 }, { hot: 900, 'g@b.js': 100 }, 'elsewhere', /did not come from where it was promised.*It came from g/],
  ['samples are few', { hot: 9 }, { hot: 5 }, 'unclear', /may be chance/],
  ['the profiles do not show it', { 'hot@c.js': 500 }, { 'hot@c.js': 100 }, 'unclear', /Neither profile shows hot/],
])('%s', (_, before, after, kind, text) => {
  const found = promiseOf(compareProfiles(profile(before), profile(after)), hot);
  expect(found?.kind).toBe(kind);
  expect(found?.text).toMatch(text);
  expect(found?.rows.every(({ file, certain }) => certain && (file?.startsWith('src/') === true || kind === 'unclear'))).toBe(true);
});

it('without a function, by the file that was changed', () => {
  const diff = compareProfiles(profile({ a: 500, b: 300, 'c@b.js': 100 }), profile({ a: 50, b: 250, 'c@b.js': 100 }));
  expect(promiseOf(diff, { file: 'src/a.js', function: null })).toMatchObject({ kind: 'kept', text: expect.stringContaining('src/a.js took 800 ms') as string });
  expect(promiseOf(diff, { file: '', function: null })).toMatchObject({ kind: 'unclear' });
});

it('kernels are told where there are no functions; what cannot be compared is not told', () => {
  const kernels = (ms: number): Measured => ({ ...profile({}), sections: { kernels: [{ name: 'gemm', file: null, line: null, count: 1, ms }] } });
  expect(promiseOf(compareProfiles(kernels(5), kernels(2)), hot)).toMatchObject({ kind: 'unclear', text: expect.stringContaining('Time of kernels') as string, rows: [{ name: 'gemm', gainedMs: 3 }] });
  expect(promiseOf(compareProfiles(profile({}), profile({}, { kind: 'cprofile' })), hot)).toBeNull();
});
