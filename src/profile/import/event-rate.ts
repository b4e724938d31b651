import { quantile } from '../../core/stats/summary.js';

/**
 * How many nanoseconds of running one event of a sampling counter stands for, by the time from a thread's sample to its next over
 * the events of that one. Waiting only makes that time longer, so that the lower quarter is taken, not the middle. Null of nothing.
 */
export function nsPerEvent(rates: readonly number[]): number | null {
  return rates.length === 0 ? null : quantile(rates, 0.25);
}
