import { expect, it } from 'vitest';
import { MemoryWatch } from '../../src/worker/memory-watch.js';

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
