import { describe, expect, it } from 'vitest';
import { look, mostPairs, scheduleOf, type Schedule } from '../../../src/core/verdict/schedule.js';

const screening = scheduleOf({ kind: 'sequential' }, 'screen') as Schedule;
const confirmation = scheduleOf({ kind: 'sequential' }, 'confirm') as Schedule;

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
  it('spends 0.01 per candidate in confirmation', () => {
    expect(confirmation.looks.reduce((sum, { alpha }) => sum + alpha, 0)).toBeCloseTo(0.01, 12);
    expect(confirmation.looks.map(({ pairs }) => pairs)).toEqual([9, 15, 28, 60]);
    expect(screening.looks.map(({ pairs }) => pairs)).toEqual([4, 5, 6, 10, 20]);
    expect([mostPairs(screening), mostPairs(confirmation)]).toEqual([20, 60]);
  });

  // The largest sum of negative ranks that passes: the critical value of the exact test at that look's alpha.
  it.each([
    [screening, 4, 0], [screening, 5, 1], [screening, 6, 3], [screening, 10, 14], [screening, 20, 68],
    [confirmation, 9, 0], [confirmation, 15, 15], [confirmation, 28, 82], [confirmation, 60, 511],
  ])('passes at the critical rank sum and not one beyond (%#)', (schedule, pairs, critical) => {
    const at = look(schedule, withNegative(pairs, ranksOfSum(pairs, critical)), 0);
    const beyond = look(schedule, withNegative(pairs, ranksOfSum(pairs, critical + 1)), 0);
    expect(at?.passes).toBe(true);
    expect(at?.p).toBeLessThanOrEqual(at?.look.alpha ?? 0);
    expect(beyond?.passes).toBe(false);
    expect(beyond?.p).toBeGreaterThan(beyond?.look.alpha ?? 1);
  });

  it.each([[screening, 4, 2], [screening, 6, 6], [confirmation, 9, 5], [confirmation, 15, 23]])('gives up at the futile rank sum and not one before (%#)', (schedule, pairs, positive) => {
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
    expect(look(confirmation, withNegative(10, []), 0)).toBeNull();
  });
});

describe('the fixed schedule', () => {
  it('has one look after the warm-ups and no screening', () => {
    const protocol = { kind: 'fixed', warmups: 3, runs: 10 } as const;
    expect(scheduleOf(protocol, 'screen')).toBeNull();
    expect(scheduleOf(protocol, 'confirm')).toEqual({ warmups: 3, looks: [{ pairs: 10, alpha: 0.01, futility: 0.02 }] });
    expect(mostPairs(scheduleOf(protocol, 'confirm') as Schedule)).toBe(13);
  });

  it('can pass with the fewest runs that the config allows', () => {
    const six = scheduleOf({ kind: 'fixed', warmups: 0, runs: 6 }, 'confirm') as Schedule;
    expect(look(six, withNegative(6, []), 0)?.passes).toBe(true);
    expect(look(six, withNegative(6, [1]), 0)?.passes).toBe(false);
  });
});
