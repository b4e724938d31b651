import * as fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { countingTarget, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { expectIntact } from './expect-intact.js';

/** More than CI has time for: PERFLOOP_FAULT_SEEDS=20. One that failed comes back with PERFLOOP_FAULT_SEED=<seed>. */
const runs = Number(process.env['PERFLOOP_FAULT_SEEDS'] ?? 2);
const seed = Number(process.env['PERFLOOP_FAULT_SEED'] ?? randomInt(2 ** 31));

const loop = sharedLoop();

const kills = fc.array(
  fc.record({
    parts: fc.constantFrom<('worker' | 'server')[]>(['worker'], ['worker'], ['server'], ['worker', 'server']),
    /** So many lines of effects after the kill before. A run writes about 170. */
    after: fc.nat({ max: 90 }),
    /** And so many milliseconds later: between two commands there is work too. */
    pause: fc.nat({ max: 120 }),
  }),
  { minLength: 1, maxLength: 3 },
);

it(`completes a run with each step done once, wherever it is killed (PERFLOOP_FAULT_SEED=${seed})`, async () => {
  const property = fc.asyncProperty(kills, async (points) => {
    const counting = countingTarget();
    try {
      await completesDespite(counting, points);
    } finally {
      counting.remove();
    }
  });
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: true });
}, 240_000 * runs);

async function completesDespite(counting: CountingTarget, points: { parts: ('worker' | 'server')[]; after: number; pause: number }[]): Promise<void> {
  const before = counting.fingerprint();
  const run = await loop.start(counting);
  const over = loop.ended(run);
  let isOver = false;
  const watched = over.then(() => (isOver = true));
  let killed = 0;
  for (const { parts, after, pause } of points) {
    const from = counting.effects().length;
    await expect.poll(() => isOver || counting.effects().length >= from + after, patience).toBe(true);
    if (isOver) break;
    await sleep(pause);
    await Promise.all(parts.map((part) => loop.kill(part)));
    killed += 1;
  }
  const end = await over;
  await watched;
  const story = `${run}, after ${JSON.stringify(points)}: ${JSON.stringify(end.status?.error)}`;
  expect(end, story).toMatchObject({ execution: 'COMPLETED', code: null, status: { state: 'done', accepted: 1 } });
  expect(loop.branch(run)).toBe(end.status?.champion);
  await expectIntact(loop, counting, { before, interruptions: killed });

  const journals = loop.journals(run);
  expect([...journals.keys()].filter((name) => name.includes('aside')), story).toEqual([]);
  // A line each for the header and for every pair. No pair was taken again: besides the pairs there are the trial of the
  // benchmark, a pair to warm up for each stage, and for each kill one more and the one that was in hand.
  const pairs = [...journals.values()].reduce((sum, text) => sum + text.split('\n').length - 2, 0);
  expect(counting.count('bench', 'end'), story).toBeLessThanOrEqual(1 + 2 * pairs + 2 * journals.size + killed * (2 + 2 + 1));
}
