import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { awaitCalm } from '../../src/measure/calm.js';
import { otherLoad } from '../../src/measure/other-load.js';
import { atEnd } from './support.js';

const sample = { ok: true as const, wallMs: 40, metrics: {} };
const calmPairs: Pair[] = Array.from({ length: 8 }, (_, index) => ({ stage: 'screen', index, order: 'ab', a: sample, b: sample, load: 0, at: 0, otherLoad: 0.1 }));

function looks(...loads: (number | null)[]): { look: () => Promise<number | null>; count: () => number } {
  let count = 0;
  return { look: async () => loads[Math.min(count++, loads.length - 1)] ?? null, count: () => count };
}

describe('other load', () => {
  test('is the mean of several looks at what is runnable, less this process', async () => {
    let look = 0;
    expect(await otherLoad(() => [1, 3][look++ % 2] ?? 0)).toBe(1);
    expect(await otherLoad(() => 0)).toBe(0);
    expect(await otherLoad(() => null)).toBeNull();
  });

  test.runIf(process.platform === 'linux')('is seen when other programs run', async () => {
    for (let n = 0; n < 4; n++) {
      const busy = spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
      const gone = new Promise((resolve) => void busy.once('exit', resolve));
      atEnd(async () => {
        busy.kill('SIGKILL');
        await gone;
      });
    }
    await expect.poll(() => otherLoad()).toBeGreaterThan(2);
  });
});

describe('before a pair', () => {
  test('calm is told at once', async () => {
    const { look, count } = looks(0.2);
    expect(await awaitCalm(calmPairs, look)).toEqual({ otherLoad: 0.2 });
    expect(count()).toBe(1);
  });

  test('a burst is waited out', async () => {
    const { look, count } = looks(4, 4, 4, 0.3);
    expect(await awaitCalm(calmPairs, look)).toEqual({ otherLoad: 0.3 });
    expect(count()).toBe(4);
  });

  test('a burst that lasts sets the pair aside, as long as few are', async () => {
    const { look } = looks(4);
    expect(await awaitCalm(calmPairs, look)).toEqual({ otherLoad: 4, aside: true });
    const many = calmPairs.map((pair, index) => (index < 2 ? { ...pair, aside: true as const } : pair));
    expect(await awaitCalm(many, look)).toEqual({ otherLoad: 4 });
  });

  test('nothing is claimed where the machine does not tell', async () => {
    expect(await awaitCalm(calmPairs, looks(null).look)).toEqual({});
  });
});
