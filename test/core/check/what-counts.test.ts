import { describe, expect, it } from 'vitest';
import { whatCounts, type CountingRule } from '../../../src/core/check/what-counts.js';

const rule = (more: Partial<CountingRule> = {}): CountingRule => ({ metrics: [], pattern: null, masksTimes: true, ...more });
const counts = (text: string, more: Partial<CountingRule> = {}): string => whatCounts(text, '/home/x/worktrees/0123', rule(more));

describe('of what a benchmark prints', () => {
  it('metrics leave a marker, each one of its own', () => {
    const metrics = [{ name: 'ops', pattern: 'ops: ([0-9.]+)' }];
    expect(counts('sum 12\nops: 5.5 (fast)\n', { metrics })).toBe('sum 12\n‹ops› (fast)\n');
    expect(counts('ops: 1\nops: 2', { metrics })).toBe('‹ops›\n‹ops›');
  });

  it.each([
    ['done in 12.5 ms', 'done in # ms'],
    ['done in 3s, 12 items', 'done in #s, 12 items'],
    ['1,234 ops/s', '# ops/s'],
    ['12.1 MiB/s of 100 values', '# MiB/s of 100 values'],
    ['peak memory 12', 'peak memory #'],
    ['elapsed 00:01:02.5', 'elapsed #'],
    ['at 12:30:01', 'at #'],
    ['Time: 1.5, 3 runs', 'Time: #, # runs'],
    ['checksum 8a7d31 of 12 items', 'checksum 8a7d31 of 12 items'],
    ['x1s 12 strings', 'x1s 12 strings'],
    ['accuracy 0.93, 5%', 'accuracy 0.93, 5%'],
  ])('%s counts as %s', (line, text) => {
    expect(counts(line)).toBe(text);
  });

  it('times count where a rule does not leave them out', () => {
    expect(counts('took 5 ms', { masksTimes: false })).toBe('took 5 ms');
  });

  it('the name of the worktree does not', () => {
    expect(counts('read /home/x/worktrees/0123/data.bin')).toBe('read ./data.bin');
  });

  it('only what the pattern matches counts, where there is one', () => {
    expect(counts('took 5 ms\ndigest: abc\nmore\ndigest: def', { pattern: '^digest: .*$' })).toBe('digest: abc\ndigest: def');
  });

  it('an endless number takes no endless time', () => {
    expect(counts(`${'1'.repeat(2_000_000)}x`)).toHaveLength(2_000_001);
    expect(counts(`took ${'1.'.repeat(500_000)}`).length).toBeGreaterThan(0);
  });
});
