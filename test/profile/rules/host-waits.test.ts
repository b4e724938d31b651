import { expect, it } from 'vitest';
import { analyzeProfile, type Analysis } from '../../../src/profile/rules/analyze.js';
import { profiled, pstatsFile, type Counted } from '../made-profile.js';
import { imported } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

const found = ({ findings }: Analysis) => findings.map(({ rule, function: name, headroom_ms: ms }) => [rule, name, Math.round(ms)]);
const counted = async (functions: Counted[]): Promise<Analysis> => analyzeProfile(await imported([pstatsFile(functions)], temporaryFolder()), { file: 'made', repo: null });
const own = (name: string, line: number, total: number, calls = 1): Counted => ({ file: '/repo/a.py', line, name, calls, self: 0.001, total, callers: [] });
const builtin = (name: string, of: number, seconds: number): Counted => ({ file: '~', line: 0, name, calls: 1, self: seconds, total: seconds, callers: [{ of, calls: 1, self: seconds, total: seconds }] });
const sleep = (of: number, seconds: number): Counted => builtin('<built-in method time.sleep>', of, seconds);
const acquire = (of: number, seconds: number): Counted => builtin("<method 'acquire' of '_thread.lock' objects>", of, seconds);
const giveBack = (of: number): Counted => builtin("<method '__exit__' of '_thread.lock' objects>", of, 0);

it('tells a wait under a lock once, as waiting for the lock, and names who held it', async () => {
  const analysis = await counted([own('hold', 3, 0.3), own('update', 9, 0.31), sleep(0, 0.3), giveBack(0), acquire(1, 0.31)]);
  expect(found(analysis)).toEqual([['H5-waiting-for-locks', 'update', 310]]);
  expect(analysis.findings[0]?.notes.join(' ')).toContain('hold (repo/a.py:3) holds a lock and waits 300 ms in {built-in method time.sleep}');
});

it('still tells what a holder waits beyond all waits for locks, and waits of functions that hold none', async () => {
  const longer = await counted([own('hold', 3, 1), own('update', 9, 0.3), sleep(0, 1), giveBack(0), acquire(1, 0.3)]);
  expect(found(longer)).toEqual([['H4-waiting', 'hold', 700], ['H5-waiting-for-locks', 'update', 300]]);
  const apart = await counted([own('poll', 3, 0.3), own('update', 9, 0.31), sleep(0, 0.3), acquire(1, 0.31), giveBack(1)]);
  expect(found(apart)).toEqual([['H5-waiting-for-locks', 'update', 310], ['H4-waiting', 'poll', 300]]);
});

const taken = (stack: string, count: number): [string, number][] => Array.from({ length: count }, () => [stack, 1]);
const sampled = async (...stacks: [string, number][]): Promise<Analysis> => analyzeProfile(await profiled(...stacks), { file: 'made', repo: null });
const waiting = ({ findings }: Analysis) => findings.filter(({ rule }) => rule === 'H4-waiting').map(({ confidence, evidence }) => [confidence, evidence[0]?.text.match(/\d+ samples?/)?.[0]]);

it.each([[9, []], [15, [['low', '15 samples']]], [50, [['medium', '50 samples']]]])('needs as many samples of a wait as of work: %i of them', async (count, expected) => {
  expect(waiting(await sampled(...taken('fetch@a.js:3 > (idle)', count), ...taken('work@a.js:9', 40)))).toEqual(expected);
});

it('takes one long sample for no wait, and does not judge a handful', async () => {
  expect(waiting(await sampled(['fetch@a.js:3 > (idle)', 500], ...taken('work@a.js:9', 40)))).toEqual([]);
  const { abstained } = await sampled(...taken('fetch@a.js:3 > (idle)', 12));
  expect(abstained).toContainEqual({ rule: 'H4-waiting', reason: expect.stringContaining('only 12 samples') as string });
});

it('takes what cProfile costs for each call for no work of the caller', async () => {
  const loop = (calls: number) => counted([
    { ...own('main', 3, 1), self: 0.2 },
    { ...own('parse', 9, 0.8, calls), self: 0.8, callers: [{ of: 0, calls, self: 0.8, total: 0.8 }] },
  ]);
  expect(found(await loop(100))).toContainEqual(['H1-hot-function', 'main', 200]);
  // 2 us for each of 80,000 calls are most of it.
  expect(found(await loop(80_000)).map(([, name]) => name)).not.toContain('main');
});
