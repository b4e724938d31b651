import { Numbers } from './numbers.js';
import type { ProfileDatabase } from './open.js';

/** The middle value, or the mean of both; null of nothing. */
export function medianOrNull(values: Iterable<number>): number | null {
  const all = new Numbers();
  for (const value of values) all.add(value);
  return all.median();
}

/** The same, and 0 of nothing. */
export const medianOf = (values: Iterable<number>): number => medianOrNull(values) ?? 0;

/** Gives SQL the aggregate `median(x)`: null of nothing. Windows that rank rows take several times as long. */
export function registerMedian(db: ProfileDatabase): void {
  db.aggregate('median', {
    start: () => new Numbers(),
    step: (values: Numbers, value: unknown) => {
      if (typeof value === 'number') values.add(value);
    },
    result: (values: Numbers) => values.median(),
    deterministic: true,
  });
}
