import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../src/core/sample.js';
import { finalMeasurement } from '../../../src/core/verdict/final.js';
import { verdictOf } from '../../../src/core/verdict/judge.js';
import { recheck } from '../../../src/core/verdict/recheck.js';
import { around, sequential, wallOnly, wallPairs } from './pairs.js';

const takenOn = (device: string, pairs: readonly Pair[]): Pair[] => pairs.map((pair) => ({ ...pair, device }));

describe('samples of several devices', () => {
  const screened = wallPairs('screen', around(0.2, 4));
  const confirmed = wallPairs('confirm', around(0.2, 28));
  const mixed = [...takenOn('one/cpu', screened), ...takenOn('other/cpu', confirmed)];

  it('give no verdict, whatever they show', () => {
    expect(verdictOf([...takenOn('one/cpu', screened), ...takenOn('one/cpu', confirmed)], sequential()).kind).toBe('accepted');
    expect(() => verdictOf(mixed, sequential())).toThrow(expect.objectContaining({ code: 'PL_SAMPLES_MIXED', message: expect.stringContaining('one/cpu, other/cpu') as string }));
  });

  it('give none even where a single pair is of another device of the same host', () => {
    const all = takenOn('one/gpu0', [...screened, ...confirmed]);
    all[7] = { ...(all[7] as Pair), device: 'one/gpu1' };
    expect(() => verdictOf(all, sequential())).toThrow(/2 devices/);
  });

  it('bear out no verdict that is on record', () => {
    const recorded = verdictOf([...screened, ...confirmed], sequential());
    expect(() => recheck(mixed, sequential(), recorded)).toThrow(/2 devices/);
  });

  it('are no final measurement', () => {
    const pairs = wallPairs('final', around(0.1, 10));
    expect(() => finalMeasurement([...takenOn('one/cpu', pairs), ...takenOn('other/cpu', pairs)], wallOnly)).toThrow(/2 devices/);
  });

  it('are judged as ever where earlier versions did not tell the device', () => {
    expect(verdictOf([...screened, ...takenOn('one/cpu', confirmed)], sequential()).kind).toBe('accepted');
  });
});
