import { describe, expect, it } from 'vitest';
import type { Pair, Sample } from '../../../src/core/sample.js';
import { logRatio, metricRules, pairDifference, valueOf } from '../../../src/core/verdict/metrics.js';
import { failed, metricConfig, pairsOf, ran, wallOnly } from './pairs.js';

const pair = (a: Sample, b: Sample): Pair => pairsOf('screen', [[a, b]])[0] as Pair;

describe('metric rules', () => {
  it('measure the wall time when nothing is configured', () => {
    expect(metricRules([])).toEqual([{ name: 'wall', source: 'wall', goal: 'min', primary: true, weight: 1, maxRegression: 0.05, floor: null, ceiling: null, unit: 'ms', pattern: null, match: 'only' }]);
  });

  it('make the first metric primary when none is marked, and only the marked ones otherwise', () => {
    const plain = [metricConfig({ name: 'a' }), metricConfig({ name: 'b', pattern: 'b=(\\d+)' })];
    expect(metricRules(plain).map((rule) => rule.primary)).toEqual([true, false]);
    expect(metricRules([plain[0]!, { ...plain[1]!, primary: true }]).map((rule) => rule.primary)).toEqual([false, true]);
  });

  it('take the number from the output where there is a pattern, else from outside in ms', () => {
    const [wall, printed] = metricRules([metricConfig({ name: 'time', unit: 's' }), metricConfig({ name: 'rate', pattern: 'r=(\\d+)', unit: '1/s', goal: 'max', match: 'last' })]);
    expect(wall).toMatchObject({ source: 'wall', unit: 'ms', pattern: null });
    expect(printed).toMatchObject({ source: 'regex', unit: '1/s', pattern: 'r=(\\d+)', match: 'last', goal: 'max' });
    expect(valueOf(ran(12, { rate: 7 }), wall!)).toBe(12);
    expect(valueOf(ran(12, { rate: 7 }), printed!)).toBe(7);
    expect(valueOf(ran(12), printed!)).toBeNull();
    expect(valueOf(failed, wall!)).toBeNull();
    expect(valueOf(ran(1), { ...printed!, name: 'constructor' })).toBeNull();
  });
});

describe('metric rules of several benchmarks', () => {
  const names = [{ name: 'parse' }, { name: 'print' }];
  const ops = metricConfig({ name: 'ops', benchmark: 'print', pattern: '(o)', goal: 'max', weight: 3 });
  const memory = metricConfig({ name: 'memory', benchmark: 'print', pattern: '(m)' });

  it('of CPU time and memory are taken from outside, in their own units', () => {
    const [cpu, memory] = metricRules([metricConfig({ name: 'cpu', source: 'cpu', unit: 'x' }), metricConfig({ name: 'mem', source: 'memory' })]);
    expect([cpu, memory]).toMatchObject([{ source: 'cpu', unit: 'ms', pattern: null }, { source: 'memory', unit: 'bytes', pattern: null }]);
    const sample: Sample = { ok: true, wallMs: 10, cpuMs: 35, peakBytes: 2e6, metrics: { cpu: 1, mem: 1 } };
    expect([valueOf(sample, cpu!), valueOf(sample, memory!)]).toEqual([35, 2e6]);
    expect(valueOf(ran(10), cpu!)).toBeNull();
    const parts: Sample = { ...sample, parts: { parse: { wallMs: 4, cpuMs: 5 } } };
    expect(valueOf(parts, { ...cpu!, benchmark: 'parse' })).toBe(5);
    expect(valueOf(parts, { ...memory!, benchmark: 'parse' })).toBeNull();
  });

  it('are the wall time of each, all primary, where nothing is configured', () => {
    expect(metricRules([], names)).toMatchObject([{ name: 'parse', benchmark: 'parse', source: 'wall', primary: true, unit: 'ms' }, { name: 'print', benchmark: 'print', source: 'wall', primary: true }]);
  });

  it('make the first of each benchmark primary, and only the marked ones where some are', () => {
    expect(metricRules([ops, memory], names).map(({ name, benchmark, primary }) => [name, benchmark, primary])).toEqual([['parse', 'parse', true], ['ops', 'print', true], ['memory', 'print', false]]);
    expect(metricRules([ops, { ...memory, primary: true }], names).map(({ primary }) => primary)).toEqual([false, false, true]);
  });

  it('read each metric of its own benchmark, and weigh them in one difference', () => {
    const rules = metricRules([ops, memory], names);
    const sample = (parse: number, rate: number): Sample => ({ ok: true, wallMs: parse + 500, parts: { parse: { wallMs: parse }, print: { wallMs: 500 } }, metrics: { ops: rate, memory: 7 } });
    const both = pair(sample(40, 10), sample(20, 40));
    expect(rules.map((rule) => valueOf(both.a, rule))).toEqual([40, 10, 7]);
    expect(pairDifference(both, rules)).toBeCloseTo((Math.log(2) + 3 * Math.log(4)) / 4, 12);
    expect(valueOf(ran(540, { ops: 1, memory: 1 }), rules[0]!)).toBeNull();
  });
});

describe('log ratio of a pair', () => {
  const [cost, rate, errors] = metricRules([metricConfig({ name: 'cost', pattern: '(c)' }), metricConfig({ name: 'rate', pattern: '(r)', goal: 'max' }), metricConfig({ name: 'errors', pattern: '(e)' })]);

  it('is positive when the candidate is better, for a cost and for a rate', () => {
    expect(logRatio(pair(ran(100), ran(50)), wallOnly[0]!)).toBeCloseTo(Math.log(2), 12);
    expect(logRatio(pair(ran(1, { rate: 10 }), ran(1, { rate: 20 })), rate!)).toBeCloseTo(Math.log(2), 12);
    expect(logRatio(pair(ran(1, { cost: 10 }), ran(1, { cost: 20 })), cost!)).toBeCloseTo(-Math.log(2), 12);
  });

  it('is null for a failed sample and for what has no logarithm', () => {
    expect(logRatio(pair(failed, ran(1)), wallOnly[0]!)).toBeNull();
    expect(logRatio(pair(ran(1, { cost: 0 }), ran(1, { cost: 1 })), cost!)).toBeNull();
    expect(logRatio(pair(ran(1, { cost: 1 }), ran(1, { cost: -1 })), cost!)).toBeNull();
  });

  it('takes a guard that is zero on both sides as unchanged, a primary metric not', () => {
    const zero = pair(ran(1, { errors: 0, cost: 0 }), ran(1, { errors: 0, cost: 0 }));
    expect(logRatio(zero, errors!)).toBe(0);
    expect(logRatio(zero, cost!)).toBeNull();
  });

  it('is the weighted mean over the primary metrics', () => {
    const rules = metricRules([metricConfig({ name: 'x', pattern: '(x)', primary: true, weight: 3 }), metricConfig({ name: 'y', pattern: '(y)', primary: true, goal: 'max' }), metricConfig({ name: 'z', pattern: '(z)' })]);
    const both = pair(ran(1, { x: 4, y: 1, z: 5 }), ran(1, { x: 2, y: 4, z: 500 }));
    expect(pairDifference(both, rules)).toBeCloseTo((3 * Math.log(2) + Math.log(4)) / 4, 12);
    expect(pairDifference(pair(ran(1, { x: 4 }), ran(1, { x: 2 })), rules)).toBeNull();
  });
});
