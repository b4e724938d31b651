import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/core/verdict/judge.js';
import { encodeSamples, samplesSchema } from '../../src/measure/stored-samples.js';
import { around, current, ofBuilds, sequential, wallPairs } from '../core/verdict/pairs.js';

describe('stored samples', () => {
  const pairs = [...ofBuilds(wallPairs('screen', around(0.2, 4)), 2), ...ofBuilds(wallPairs('confirm', around(0.2, 8)), 8)];

  it.each([['of version 1', sequential()], ['of version 2, with its schedules', current()]])('give the same verdict again by a rule %s', (_, rule) => {
    const read = samplesSchema.parse(JSON.parse(encodeSamples({ rule, pairs })));
    expect(read.rule).toEqual(rule);
    expect(read.pairs).toEqual(pairs);
    expect(verdictOf(read.pairs, read.rule ?? sequential())).toEqual(verdictOf(pairs, rule));
  });

  it('keep what an execution left', () => {
    const left = { ms: 256, ended: 2, processes: ['node', 'node'], changed: ['x'], more: 1, written: ['bench/x'] };
    const told = pairs.map((pair) => ({ ...pair, b: { ...pair.b, left } }));
    expect(samplesSchema.parse(JSON.parse(encodeSamples({ rule: null, pairs: told }))).pairs).toEqual(told);
  });

  it('keep where each pair was taken', () => {
    const there = pairs.map((pair) => ({ ...pair, device: '3f2a1b4c5d6e/gpu0' }));
    expect(samplesSchema.parse(JSON.parse(encodeSamples({ rule: null, pairs: there }))).pairs).toEqual(there);
  });

  it('of the first version are pairs alone', () => {
    expect(samplesSchema.parse(JSON.parse(JSON.stringify(pairs)))).toEqual({ rule: null, pairs });
  });

  it('are refused where a rule of version 2 lacks its schedules', () => {
    const { screen: _screen, confirm: _confirm, ...without } = current();
    expect(samplesSchema.safeParse({ v: 1, rule: without, pairs }).success).toBe(false);
  });
});
