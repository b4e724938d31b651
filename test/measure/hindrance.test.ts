import { describe, expect, test } from 'vitest';
import { hindranceBetween, readCounters } from '../../src/measure/hindrance.js';

function counters(files: Record<string, string>) {
  return readCounters((path) => files[path] ?? null);
}

describe('what the machine has counted', () => {
  test('control groups version 2: the group that was held up most', () => {
    expect(counters({
      '/proc/self/cgroup': '0::/a/b\n',
      '/sys/fs/cgroup/a/b/cpu.stat': 'usage_usec 5\nnr_periods 9\nnr_throttled 2\nthrottled_usec 15000\n',
      '/sys/fs/cgroup/a/cpu.stat': 'usage_usec 5\nthrottled_usec 20000\n',
      '/proc/vmstat': 'nr_free_pages 5\noom_kill 3\noom_kill_other 9\n',
      '/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': '7\n',
    })).toEqual({ throttledMs: 20, overheated: 7, outOfMemory: 3 });
  });

  test('control groups version 1 count in nanoseconds', () => {
    const files = { '/proc/self/cgroup': '3:cpu,cpuacct:/docker/x\n0::/\n', '/sys/fs/cgroup/cpu/docker/x/cpu.stat': 'nr_periods 4\nnr_throttled 1\nthrottled_time 7500000\n' };
    expect(counters(files)).toEqual({ throttledMs: 7.5, overheated: 0, outOfMemory: 0 });
  });

  test('nothing, where the machine does not tell', () => {
    expect(counters({})).toEqual({ throttledMs: 0, overheated: 0, outOfMemory: 0 });
  });

  test('between two readings, only what happened', () => {
    const zero = { throttledMs: 10, overheated: 1, outOfMemory: 0 };
    expect(hindranceBetween(zero, zero)).toEqual({});
    expect(hindranceBetween(zero, { throttledMs: 12.5, overheated: 4, outOfMemory: 1 })).toEqual({ throttledMs: 2.5, overheated: 3 });
  });
});
