import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryWatch, watchMemory } from '../../src/worker/memory-watch.js';

const minute = 60_000;

/** What is done at each minute, of a process that takes so much at each. */
function done(minutes: number, mb: (minute: number) => number): [number, string][] {
  const watch = new MemoryWatch({ most: 450, mostGrowth: 10 }, 0);
  return Array.from({ length: minutes }, (_, at) => [at, watch.add({ at: at * minute, mb: mb(at) })?.kind ?? ''] as [number, string]).filter(([, kind]) => kind !== '');
}

it('leaves a worker alone that takes what it took, also while it starts and for a short while', () => {
  expect(done(600, () => 300)).toEqual([]);
  expect(done(60, () => 900)).toEqual([]);
  expect(done(600, (at) => (at % 60 < 2 ? 900 : 300))).toEqual([]);
  expect(done(600, (at) => 300 + (8 * at) / 60)).toEqual([]);
});

it('cleans up what takes too much, and asks for a new process where that does not help', () => {
  expect(done(70, (at) => (at < 62 ? 300 : 900))).toEqual([[64, 'clean'], [67, 'restart'], [68, 'restart'], [69, 'restart']]);
  // Here it helped.
  expect(done(100, (at) => (at >= 62 && at <= 64 ? 900 : 300))).toEqual([[64, 'clean']]);
});

it('finds a leak long before the bound', () => {
  const [first, second] = done(400, (at) => 200 + (15 * at) / 60 + 20 * (at % 3));
  expect([first, second]).toEqual([[180, 'clean'], [301, 'restart']]);
});

it('judges growth after a clean-up by what is left', () => {
  const grows = (at: number): number => 200 + (20 * at) / 60;
  expect(done(900, (at) => (at <= 180 ? grows(at) : 220))).toEqual([[180, 'clean']]);
  // Long after, another try is made of cleaning up.
  expect(done(900, (at) => (at <= 180 ? grows(at) : at <= 500 ? 220 : 220 + (20 * (at - 500)) / 60)).map(([, kind]) => kind).slice(0, 2)).toEqual(['clean', 'clean']);
});

/** The watch of a process that warms up for an hour, and then takes so much by the minute. */
function watched(memoryFile: string, mb: (minute: number) => number) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
  let minutes = 0;
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => 1e6 * mb(minutes++));
  const ends: string[] = [];
  const watch = watchMemory({ most: 450, mostGrowth: 10 }, { memoryFile }, (why) => void ends.push(why));
  return { watch, ends };
}

it('tells the list of hosts what it holds and what was done, also the process that begins anew, once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-memory-'));
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  const memoryFile = join(folder, 'memory.json');
  const { watch, ends } = watched(memoryFile, () => 700);
  expect(watch.told).toEqual({ mb: null, growth: null, done: null });
  vi.advanceTimersByTime(62 * minute);
  expect(watch.told.done).toMatchObject({ what: 'cleaned', why: 'it holds 700 MB, more than 450 MB' });
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(20 * minute);
  expect(ends).toEqual(['it holds 700 MB, more than 450 MB']);
  const { done } = watch.told;
  expect(done).toMatchObject({ what: 'restarted' });

  const { watch: next } = watched(memoryFile, () => 300);
  expect(next.told).toEqual({ mb: null, growth: null, done });
  vi.advanceTimersByTime(200 * minute);
  expect(next.told).toEqual({ mb: 300, growth: 0, done });
  next.end();

  // A disk that takes nothing more keeps no worker from beginning anew.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const full = watched(join(folder, 'gone', 'memory.json'), () => 700);
  vi.advanceTimersByTime(82 * minute);
  expect(full.ends).toEqual(['it holds 700 MB, more than 450 MB']);

  expect(watched(memoryFile, () => 300).watch.told.done).toBeNull();
  // Cut off by a crash, or of nobody: nothing of it is told, and nothing fails.
  writeFileSync(memoryFile, '{"what":"resta');
  expect(watched(memoryFile, () => 300).watch.told.done).toBeNull();
  expect(existsSync(memoryFile)).toBe(false);
});
