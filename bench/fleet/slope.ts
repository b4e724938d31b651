import { mean, studentQuantile } from '../../src/core/stats/summary.js';

export interface Reading {
  /** Hours since the begin. */
  at: number;
  value: number;
}

/**
 * Least squares of the value over time, with the 95% interval of the slope. Readings shortly after each other tell the same, so
 * that they are averaged over `blocks` equal times first; without that the interval is far too narrow. Null under 3 blocks.
 */
export function slopeOf(readings: readonly Reading[], blocks = 20): { slope: number; ci95: [number, number] } | null {
  const [first, last] = [readings[0]?.at ?? 0, readings.at(-1)?.at ?? 0];
  const blockOf = ({ at }: Reading): number => Math.min(blocks - 1, Math.floor(((at - first) / (last - first)) * blocks));
  const means = Array.from({ length: blocks }, (_, block) => readings.filter((reading) => blockOf(reading) === block)).filter((some) => some.length > 0).map((some) => ({ at: mean(some.map(({ at }) => at)), value: mean(some.map(({ value }) => value)) }));
  if (means.length < 3) return null;
  const [middle, level] = [mean(means.map(({ at }) => at)), mean(means.map(({ value }) => value))];
  const spread = means.reduce((sum, { at }) => sum + (at - middle) ** 2, 0);
  const slope = means.reduce((sum, { at, value }) => sum + (at - middle) * (value - level), 0) / spread;
  const left = means.reduce((sum, { at, value }) => sum + (value - level - slope * (at - middle)) ** 2, 0);
  const half = studentQuantile(0.975, means.length - 2) * Math.sqrt(left / (means.length - 2) / spread);
  return { slope, ci95: [slope - half, slope + half] };
}
