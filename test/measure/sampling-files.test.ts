import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { leftBehind } from '../../src/core/verdict/left-behind.js';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { samplePairs } from '../../src/measure/sampling.js';
import type { OpenWorktree } from '../../src/workspace/open-worktree.js';
import { Pristine } from '../../src/workspace/pristine/pristine.js';
import { shareRepository, write } from '../workspace/fixture.js';
import { atEnd, temporaryFolder } from './support.js';

// Benchmarks that leave files for later samples, in real worktrees. Each says 10 where it works, and 1 where it finds the
// work done.

const shared = await shareRepository({ 'data/table': '1 2 3\n', '.gitignore': 'out\ncache\n' });
afterAll(() => shared.remove());

const works = 'echo time=10';
/** Finds its work done where a file holds a word, and puts it there. */
const memoIn = (file: string): string => `if grep -qs memo ${file}; then echo time=1; else mkdir -p $(dirname ${file}); echo memo >> ${file}; echo time=10; fi`;

interface Sampled {
  /** What the samples of each side say, in the order in which they were taken. */
  a: number[];
  b: number[];
  pairs: Pair[];
  worktrees: { a: OpenWorktree; b: OpenWorktree };
}

interface Setting {
  /** Files that a build made, on both sides. */
  built?: Record<string, string>;
  /** What tests leave, on the candidate's side. */
  tested?: Record<string, string>;
  mayStay?: string[];
}

/** Four pairs. */
async function sampled(champion: string, candidate: string, { built = {}, tested = {}, mayStay = [] }: Setting = {}): Promise<Sampled> {
  const folder = await temporaryFolder();
  const worktrees = { a: await shared.open(), b: await shared.open() };
  const side = async (worktree: OpenWorktree, bench: string) => {
    write(worktree.path, { ...built, 'out/bench.sh': bench });
    return { identity: worktree.id, worktree: worktree.path, layoutSeed: 0, tidy: await Pristine.of(shared.home, worktree, mayStay) };
  };
  const sides = { a: await side(worktrees.a, champion), b: await side(worktrees.b, candidate) };
  write(worktrees.b.path, tested);
  const lock = await acquireHostLock({ folder: join(folder, 'locks'), mode: 'exclusive' });
  atEnd(() => lock.release());
  const pairs = await samplePairs({
    stage: 'screen',
    sides,
    benchmarks: [{ name: null, command: { run: 'sh out/bench.sh', cwd: '.', env: {}, timeout: 60_000 } }],
    rules: [{ name: 'time', source: 'regex', pattern: 'time=(\\S+)', match: 'only' }],
    next: () => 4,
    journalFile: join(folder, 'samples.jsonl'),
    lock,
    otherLoad: null,
  });
  const said = (of: 'a' | 'b'): number[] => pairs.map((pair) => (pair[of].ok ? (pair[of].metrics['time'] ?? Number.NaN) : Number.NaN));
  return { a: said('a'), b: said('b'), pairs, worktrees };
}

const always = (value: number): number[] => [value, value, value, value];
const codes = (pairs: readonly Pair[]): string[] => leftBehind(pairs).map(({ code }) => code);

describe('a candidate that keeps its results for later samples does the work in each', () => {
  test('in a file of its own', async () => {
    const { b, pairs, worktrees } = await sampled(works, memoIn('cache/memo'));
    expect(b).toEqual(always(10));
    expect(codes(pairs)).toEqual([]);
    expect(existsSync(join(worktrees.b.path, 'cache'))).toBe(false);
  });

  test('in a file that the champion writes each time, too', async () => {
    const writes = 'mkdir -p cache; date +%N > cache/result';
    const { a, b } = await sampled(`${writes}; ${works}`, `if [ -e cache/result ]; then echo time=1; else ${works}; fi; ${writes}`);
    expect([a, b]).toEqual([always(10), always(10)]);
  });

  test('in a file that the champion writes each time and it does not', async () => {
    const writes = 'mkdir -p cache; date +%N > cache/result';
    const { a, b } = await sampled(`${works}; ${writes}`, `if [ -e cache/result ]; then echo time=1; else ${works}; ${writes}; fi`);
    expect([a, b]).toEqual([always(10), always(10)]);
  });

  test('in a file that its tests have left', async () => {
    const { b } = await sampled(works, memoIn('cache/memo'), { tested: { 'cache/memo': 'memo\n' } });
    expect(b).toEqual(always(10));
  });

  test.each([
    ['the build made', 'out/table'],
    ['is in the commit', 'data/table'],
  ])('in a file that %s, and is refused for it', async (_, file) => {
    const { b, pairs } = await sampled(works, memoIn(file), { built: { 'out/table': '1 2 3\n' } });
    expect(b).toEqual(always(10));
    expect(leftBehind(pairs)).toMatchObject([{ code: 'left-files', text: expect.stringContaining(file) as string }]);
  });

  test('or, in a file of the build that is too large to be put back, is refused though it changes it but once', async () => {
    const large = 'x'.repeat(9 << 20);
    const { b, pairs } = await sampled(works, 'if [ $(wc -c < out/table) -lt 100 ]; then echo time=1; else echo memo > out/table; echo time=10; fi', { built: { 'out/table': large } });
    expect(b).toEqual(always(1));
    expect(codes(pairs)).toEqual(['left-files']);
  });
});

test('a candidate that changes a kept file after a bad sample does not have it taken again', async () => {
  const keeps = 'mkdir -p cache; if [ ! -e cache/kept ]; then echo kept > cache/kept; fi';
  const path = join(await temporaryFolder(), 'runs');
  // The warm-up is the first run.
  const alternates = `echo x >> ${path}; if [ $(($(wc -l < ${path}) % 2)) -eq 0 ]; then echo time=20; if [ -e cache/kept ]; then touch cache/kept; fi; else echo time=10; fi`;
  const { a, b } = await sampled(`${keeps}; ${works}`, `${keeps}; ${alternates}`);
  expect([a, b]).toEqual([always(10), [20, 10, 20, 10]]);
});

describe('what both sides do', () => {
  const compiles = 'if [ -e cache/compiled ]; then echo time=1; else mkdir -p cache; echo code > cache/compiled; echo time=10; fi';

  test('a cache that both leave and never change is warm in every sample', async () => {
    const { a, b } = await sampled(compiles, compiles);
    expect([a, b]).toEqual([always(1), always(1)]);
  });

  test('also where the tests of one had left it', async () => {
    const { a, b } = await sampled(compiles, compiles, { tested: { 'cache/compiled': 'code' } });
    expect([a, b]).toEqual([always(1), always(1)]);
  });

  test('a file of the build that both change is put back on both', async () => {
    const grows = 'wc -l < data/table | sed s/^/time=/; echo more >> data/table';
    const { a, b, pairs } = await sampled(grows, grows);
    expect([a, b]).toEqual([always(1), always(1)]);
    expect(codes(pairs)).toEqual([]);
    expect(pairs[0]?.a.left?.changed).toEqual(['data/table']);
  });
});

test('a cache that the config names stays, on one side too', async () => {
  const { a, b } = await sampled(works, memoIn('cache/memo'), { mayStay: ['cache/**'] });
  expect([a, b]).toEqual([always(10), always(1)]);
});
