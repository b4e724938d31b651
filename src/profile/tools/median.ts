import type { ProfileDatabase } from './open.js';

/** The middle value, or the mean of both; null of nothing. */
export function medianOrNull(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? null) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The same, and 0 of nothing. */
export const medianOf = (values: readonly number[]): number => medianOrNull(values) ?? 0;

/** Gives SQL the aggregate `median(x)`: null of nothing. Windows that rank rows take several times as long. */
export function registerMedian(db: ProfileDatabase): void {
  db.aggregate('median', {
    start: (): number[] => [],
    step: (values: number[], value: unknown) => {
      if (typeof value === 'number') values.push(value);
      return values;
    },
    result: medianOrNull,
    deterministic: true,
  });
}
