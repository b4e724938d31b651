import { describe, expect, it } from 'vitest';
import { firstSchedules } from '../../../src/core/verdict/first-schedules.js';
import { buildsFor, look, mostPairs, totalAlpha, type Schedule } from '../../../src/core/verdict/schedule.js';
import { allowanceOf, schedulesOf, screeningLetsThrough } from '../../../src/core/verdict/schedules.js';

const sequential = { kind: 'sequential' } as const;
const { screen, confirm } = schedulesOf(sequential, 16, true);
const screening = screen as Schedule;
const alone = schedulesOf(sequential, 16, false);

/** Differences of n pairs, all above 0 but those of the given ranks. */
const withNegative = (n: number, ranks: number[]): number[] => Array.from({ length: n }, (_, i) => (ranks.includes(i + 1) ? -(i + 1) : i + 1) / 100);

/** Negative ranks that add up to `sum`, largest first. */
function ranksOfSum(n: number, sum: number): number[] {
  const ranks: number[] = [];
  for (let rank = n, left = sum; rank >= 1 && left > 0; rank--) {
    if (rank > left) continue;
    ranks.push(rank);
    left -= rank;
  }
  return ranks;
}

describe('the sequential schedule', () => {
  it('spends at most 0.01 for each candidate, over screening and confirmation or by a confirmation alone', () => {
    expect(screeningLetsThrough * totalAlpha(confirm)).toBeLessThanOrEqual(0.01);
    expect(alone.screen).toBeNull();
    expect(totalAlpha(alone.confirm)).toBeCloseTo(0.01, 12);
    expect(alone.confirm.looks.map(({ pairs }) => pairs)).toEqual(confirm.looks.map(({ pairs }) => pairs));
  });

  it('looks and ends where it is written', () => {
    expect(screening.looks.map(({ pairs }) => pairs)).toEqual([4, 6, 10, 20]);
    expect(confirm.looks.map(({ pairs }) => pairs)).toEqual([8, 12, 16, 24, 32, 64]);
    expect([mostPairs(screening), mostPairs(confirm)]).toEqual([20, 64]);
  });

  // The largest sum of negative ranks that passes: the critical value of the exact test at that look's alpha.
  it.each([[screening, 4, 2], [screening, 6, 6], [screening, 10, 24], [screening, 20, 103], [confirm, 8, 0], [confirm, 12, 3], [confirm, 16, 13], [confirm, 24, 46], [confirm, 32, 114], [confirm, 64, 681]])(
    'passes at the critical rank sum and not one beyond (%#)',
    (schedule, pairs, critical) => {
      const alpha = schedule.looks.find((due) => due.pairs === pairs)?.alpha ?? NaN;
      const at = look(schedule, withNegative(pairs, ranksOfSum(pairs, critical)), 0);
      const beyond = look(schedule, withNegative(pairs, ranksOfSum(pairs, critical + 1)), 0);
      expect(at?.p).toBeLessThanOrEqual(alpha);
      expect(at?.passes).toBe(true);
      expect(beyond?.p).toBeGreaterThan(alpha);
      expect(beyond?.passes).toBe(false);
    },
  );

  it.each([[screening, 4, 1], [screening, 6, 4], [confirm, 8, 10], [confirm, 12, 32]])('gives up at the futile rank sum and not one before (%#)', (schedule, pairs, positive) => {
    const mirrored = (sum: number): number[] => withNegative(pairs, ranksOfSum(pairs, sum)).map((value) => -value);
    expect(look(schedule, mirrored(positive), 0)).toMatchObject({ futile: true, passes: false });
    expect(look(schedule, mirrored(positive + 1), 0)).toMatchObject({ futile: false, passes: false });
  });

  it('tests against delta, not against zero', () => {
    const gains = [0.031, 0.034, 0.036, 0.03];
    expect(look(screening, gains, 0.02)?.passes).toBe(true);
    expect(look(screening, gains, 0.04)).toMatchObject({ passes: false, futile: true });
  });

  it('has no test between looks', () => {
    expect(look(screening, [0.1, 0.1, 0.1], 0)).toBeNull();
    expect(look(confirm, withNegative(10, []), 0)).toBeNull();
  });
});

describe('builds', () => {
  it('are made eight at a time, as the looks ask for them', () => {
    expect([1, 8, 9, 12, 16, 17, 64].map((pairs) => buildsFor(confirm, pairs))).toEqual([8, 8, 16, 16, 16, 16, 16]);
    expect([1, 8, 64].map((pairs) => buildsFor({ builds: 5 }, pairs))).toEqual([5, 5, 5]);
  });

  it('are what the confirmation turns around: as many pairs of one lucky build as may be prove nothing', () => {
    const differences = withNegative(16, []);
    expect(look(confirm, differences, 0, Array.from({ length: 16 }, (_, i) => i))).toMatchObject({ passes: true });
    expect(look(confirm, differences, 0, Array.from({ length: 16 }, (_, i) => i % 8))).toMatchObject({ p: 2 ** -8, passes: false });
    expect(look(confirm, differences, 0, differences.map(() => 0))).toMatchObject({ p: 0.5, passes: false });
  });

  it('cost a larger gain where there are too few to turn around', () => {
    expect(allowanceOf(schedulesOf(sequential, 8, true))).toBe(0);
    const few = schedulesOf(sequential, 4, true);
    expect(few.confirm).toMatchObject({ builds: 4, unit: 'pair' });
    expect(allowanceOf(few)).toBeCloseTo(2.05 * 0.015 * Math.sqrt(0.5), 12);
    expect(allowanceOf(schedulesOf(sequential, 1, true))).toBeCloseTo(2 * allowanceOf(few), 12);
  });
});

describe('the fixed schedule', () => {
  it('has one look after the warm-ups and no screening', () => {
    const { screen: none, confirm: only } = schedulesOf({ kind: 'fixed', warmups: 3, runs: 10 }, 16, true);
    expect(none).toBeNull();
    expect(only).toEqual({ warmups: 3, looks: [{ pairs: 10, alpha: 0.01, futility: 0.02 }], builds: 10, unit: 'build' });
    expect(mostPairs(only)).toBe(13);
  });

  it('can pass with the fewest runs that the config allows', () => {
    const six = schedulesOf({ kind: 'fixed', warmups: 0, runs: 6 }, 16, true).confirm;
    const builds = [0, 1, 2, 3, 4, 5];
    expect(look(six, withNegative(6, []), 0, builds)?.passes).toBe(true);
    expect(look(six, withNegative(6, [1]), 0, builds)?.passes).toBe(false);
  });
});

describe('the schedules of rules of version 1', () => {
  it('stay what they were', () => {
    const first = firstSchedules(sequential);
    expect(first.screen?.looks.map(({ pairs, alpha, futility }) => [pairs, alpha, futility])).toEqual([[4, 0.0626, 0.3], [5, 0.066, 0.27], [6, 0.084, 0.24], [10, 0.105, 0.22], [20, 0.092, 0.2]]);
    expect(first.confirm.looks.map(({ pairs, alpha, futility }) => [pairs, alpha, futility])).toEqual([[9, 0.002, 0.02], [15, 0.0042, 0.02], [28, 0.0025, 0.02], [60, 0.0013, 0.02]]);
    expect(first.confirm).toMatchObject({ builds: 1, unit: 'pair', warmups: 0 });
    expect(firstSchedules({ kind: 'fixed', warmups: 3, runs: 10 })).toEqual({ screen: null, confirm: { warmups: 3, builds: 1, unit: 'pair', looks: [{ pairs: 10, alpha: 0.01, futility: 0.02 }] } });
  });
});
