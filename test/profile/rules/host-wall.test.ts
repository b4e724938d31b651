import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyzeProfile, type Analysis } from '../../../src/profile/rules/analyze.js';
import { oneAfterAnother, unionNs } from '../../../src/profile/rules/host/wall.js';
import { callFrame, pstatsFile, type Counted } from '../made-profile.js';
import { imported } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

const analyzed = async (files: string[]): Promise<Analysis> => analyzeProfile(await imported(files, temporaryFolder()), { file: 'made', repo: null });

/** A thread of V8 that is in one function for 100 samples of 10 ms. */
function v8Thread(name: string, startMs: number): string {
  const nodes = [{ id: 1, callFrame: callFrame('(root)'), children: [2] }, { id: 2, callFrame: callFrame('work@a.js:3'), children: [] }];
  const file = join(temporaryFolder(), `${name}.cpuprofile`);
  const samples = Array.from({ length: 100 }, () => 2);
  writeFileSync(file, JSON.stringify({ nodes, startTime: startMs * 1000, endTime: startMs * 1000 + 1e6, samples, timeDeltas: samples.map((_, index) => (index === 0 ? 0 : 10_000)) }));
  return file;
}

it('is as long as any thread works: threads that work at once count once, those that work after each other add up', async () => {
  const atOnce = await analyzed([v8Thread('a', 1000), v8Thread('b', 1000), v8Thread('c', 1500)]);
  expect(atOnce.findings[0]?.headroom_ms).toBeCloseTo(1500, -1);
  expect(atOnce.findings[0]?.notes.join(' ')).toContain('added up over 3 threads');
  const after = await analyzed([v8Thread('a', 1000), v8Thread('b', 2000)]);
  expect(after.findings[0]?.headroom_ms).toBeCloseTo(2000, -1);
  expect(after.findings[0]?.notes.join(' ')).not.toContain('added up');
});

function child(name: string, seconds: number): string {
  const functions: Counted[] = [
    { file: '/repo/pool.py', line: 3, name: 'child', calls: 1, self: seconds, total: seconds + 0.5, callers: [] },
    { file: '~', line: 0, name: '<built-in method time.sleep>', calls: 1, self: 0.5, total: 0.5, callers: [{ of: 0, calls: 1, self: 0.5, total: 0.5 }] },
  ];
  return pstatsFile(functions, name);
}

const saved = ({ findings }: Analysis) => findings.map(({ rule, headroom_ms: ms }) => [rule, Math.round(ms)]);

it('is the process that takes longest where cProfile counted several, for work and for waits, and says that it knows no times', async () => {
  const analysis = await analyzed([child('1.1.pstats', 0.4), child('2.1.pstats', 0.3), child('3.1.pstats', 0.3)]);
  expect(saved(analysis)).toEqual([['H1-hot-function', 400], ['H4-waiting', 500]]);
  expect(analysis.findings.every(({ notes }) => notes.join(' ').includes('does not tell whether they ran at once'))).toBe(true);
});

it('adds processes up that ran one after another, where their times are known', async () => {
  // The hook's names: process, start and duration in microseconds. The first two ran at once, the third afterwards.
  const analysis = await analyzed([child('1.1000000.900000.pstats', 0.4), child('2.1500000.800000.pstats', 0.3), child('3.2300000.800000.pstats', 0.3)]);
  expect(saved(analysis)).toEqual([['H1-hot-function', 700], ['H4-waiting', 1000]]);
  expect(oneAfterAnother([{ ms: 5, start: 0, end: 10 }, { ms: 3, start: 10, end: 20 }, { ms: 4, start: 12, end: 14 }])).toEqual({ ms: 9, isTimed: true });
});

it('finds waits of subprocess for the function of the repository that ran the command', async () => {
  const library = (name: string, of: number): Counted => ({ file: '/usr/lib/python3.11/subprocess.py', line: 10 * of + 5, name, calls: 3, self: 0.001, total: 0.6, callers: [{ of, calls: 3, self: 0.001, total: 0.6 }] });
  const { findings } = await analyzed([pstatsFile([
    { file: '/repo/sl.py', line: 4, name: 'shell', calls: 1, self: 0.001, total: 0.6, callers: [] },
    library('run', 0), library('communicate', 1), library('wait', 2), library('_try_wait', 3),
    { file: '~', line: 0, name: '<built-in method posix.waitpid>', calls: 3, self: 0.6, total: 0.6, callers: [{ of: 4, calls: 3, self: 0.6, total: 0.6 }] },
  ])]);
  expect(findings.find(({ rule }) => rule === 'H4-waiting')).toMatchObject({ function: 'shell', file: '/repo/sl.py' });
});

it('says that V8 does not tell waits, in place of having found none', async () => {
  const { abstained, quiet } = await analyzed([v8Thread('a', 0)]);
  expect(abstained.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['H4-waiting', 'H5-waiting-for-locks']));
  expect(quiet).not.toContain('H4-waiting');
});

it('adds up intervals as counting each moment does', () => {
  const random = (seed: number): number => (Math.imul(seed, 2654435761) >>> 0) / 2 ** 32;
  for (let round = 0; round < 50; round++) {
    const intervals = Array.from({ length: 20 }, (_, index) => Math.floor(random(round * 97 + index + 1) * 100)).sort((a, b) => a - b).map((start, index) => ({ start, end: start + Math.floor(random(round * 31 + index + 7) * 12) }));
    const moments = new Set(intervals.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)));
    expect(unionNs(intervals)).toBe(moments.size);
  }
});
