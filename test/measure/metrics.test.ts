import { describe, expect, test } from 'vitest';
import { outputTail, readMetrics, type MetricReading } from '../../src/measure/metrics.js';

function read(stdout: string, pattern: string, match: MetricReading['match'] = 'only', stderr = '') {
  const result = readMetrics({ stdout, stderr, wallMs: 12 }, [{ name: 'time', source: 'regex', pattern, match }]);
  return result.ok ? result.metrics['time'] : result.failure.problem;
}

describe('which match counts', () => {
  test('exactly one, unless it is said otherwise', () => {
    expect(read('time: 1.5 ms\n', 'time: (.*) ms')).toBe(1.5);
    expect(read('time: 1.5 ms\ntime: 2 ms\n', 'time: (.*) ms')).toBe('several');
    expect(read('nothing\n', 'time: (.*) ms')).toBe('none');
    expect(read('time: 3 ms\ntime: 1 ms\ntime: 2 ms\n', 'time: (.*) ms', 'last')).toBe(2);
    expect(read('t=4\nt=1\nt=2\n', 't=(.*)', 'median')).toBe(2);
    expect(read('t=4\nt=1\nt=2\nt=3\n', 't=(.*)', 'median')).toBe(2.5);
  });

  test.each(['only', 'last', 'median'] as const)('%s: of the stream that has any; one stream does not hide the other', (match) => {
    expect(read('t=2\n', 't=(.*)', match, 'warming up\n')).toBe(2);
    expect(read('', 't=(.*)', match, 't=2\n')).toBe(2);
    expect(read('ops=999\n', 'ops=(.*)', match, 'ops=5\n')).toBe('several');
    expect(read('ops=5\n', 'ops=(.*)', match, 'ops=5\n')).toBe('several');
  });

  test('^ and $ match at lines', () => {
    expect(read('a\n17\nb\n', '^(\\d+)$')).toBe(17);
  });

  test('a pattern without a group is the number itself', () => {
    expect(read('took 5s', '[0-9]+')).toBe(5);
  });
});

describe('what is a number', () => {
  test.each([['1e-3', 0.001], ['+2.5', 2.5], ['-1', -1], ['.5', 0.5], ['7.', 7], [' 8 ', 8], ['1E3', 1000]])('%s is', (text, value) => {
    expect(read(`t=${text};`, 't=(.*);')).toBe(value);
  });

  test.each(['NaN', 'Infinity', '-Infinity', '1e999', '', '1,234', '1.234,5', '0x10', '1_000', '١٢', 'null', '12ms', '1.2.3'])('%j is not', (text) => {
    expect(read(`t=${text};`, 't=(.*);')).toBe('not-a-number');
  });

  test('one bad value spoils a median', () => {
    expect(read('t=1\nt=NaN\nt=2\n', 't=(.*)', 'median')).toBe('not-a-number');
  });

  test('a group that took no part in the match is none', () => {
    expect(read('b', 'a(\\d+)|b')).toBe('not-a-number');
  });

  test('a part of a longer number is refused, not taken for the whole', () => {
    expect(read('took 123 ms', '.*(\\d+) ms')).toBe('not-a-number');
    expect(read('took 1.25 ms', 'took ([0-9]+)')).toBe('not-a-number');
    expect(read('took 1,234 ms', 'took ([0-9.]+)')).toBe('not-a-number');
    expect(read('took 1.5e-7 s', 'took ([0-9.]+)')).toBe('not-a-number');
    expect(read('took 1.25 ms', '[0-9]\\.([0-9]+)')).toBe('not-a-number');
  });

  test('a separator that the pattern names, and the end of a sentence, are fine', () => {
    expect(read('bench,12.5,99\n', 'bench,([0-9.]+),')).toBe(12.5);
    expect(read('It took 12 s. Then 13', 'took (\\d+)')).toBe(12);
    expect(read('p99=7', 'p99=(\\d+)')).toBe(7);
  });
});

test('what is taken from outside is a metric like any other', () => {
  const rules = (['wall', 'cpu', 'memory'] as const).map((source) => ({ name: source, source, pattern: null, match: 'only' as const }));
  expect(readMetrics({ stdout: 'cpu=1', stderr: '', wallMs: 12, cpuMs: 20.5, peakBytes: 4096 }, rules)).toEqual({ ok: true, metrics: { wall: 12, cpu: 20.5, memory: 4096 } });
  expect(readMetrics({ stdout: 'cpu=1', stderr: '', wallMs: 12 }, rules)).toMatchObject({ ok: false, failure: { metric: 'cpu', problem: 'none' } });
});

test('the wall time is a metric like any other', () => {
  const rules: MetricReading[] = [
    { name: 'wall', source: 'wall', pattern: null, match: 'only' },
    { name: 'recall', source: 'regex', pattern: 'recall=(\\S+)', match: 'only' },
  ];
  expect(readMetrics({ stdout: 'recall=0.9', stderr: '', wallMs: 12 }, rules)).toEqual({ ok: true, metrics: { wall: 12, recall: 0.9 } });
});

test('a failure names the metric and shows what was printed last', () => {
  const result = readMetrics({ stdout: 'out', stderr: 'err', wallMs: 1 }, [{ name: 'recall', source: 'regex', pattern: 'x', match: 'only' }]);
  expect(result).toEqual({ ok: false, failure: { kind: 'metric', metric: 'recall', problem: 'none', tail: 'out\nerr' } });
});

test('the tail is bounded', () => {
  expect(outputTail({ stdout: 'a'.repeat(10_000), stderr: 'end' }).length).toBeLessThanOrEqual(2000);
  expect(outputTail({ stdout: 'a'.repeat(10_000), stderr: 'end' })).toMatch(/a\nend$/);
});

test('a pattern that would be catastrophic elsewhere ends on a large output', () => {
  expect(read('x'.repeat(200_000), '(x+x+)+y(\\d+)')).toBe('none');
});

test('a median leaves out the first matches and says how much the others vary', () => {
  const stdout = [50, 40, 10, 20, 40].map((ms) => `step ${ms}`).join('\n');
  const rule: MetricReading = { name: 'step', source: 'regex', pattern: 'step (\\S+)', match: 'median', skip: 2 };
  expect(readMetrics({ stdout, stderr: '', wallMs: 1 }, [rule])).toEqual({ ok: true, metrics: { step: 20 }, iterations: { step: { count: 3, within: expect.closeTo(Math.LN2, 12) } } });
  expect(readMetrics({ stdout: 'step 50\nstep 40', stderr: '', wallMs: 1 }, [rule])).toMatchObject({ ok: false, failure: { problem: 'none' } });
});
