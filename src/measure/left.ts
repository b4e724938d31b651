import type { Left } from '../core/sample.js';

const mostNames = 100;

/** What an execution left: nothing is said of what it did not. */
export function leftOf({ ms, processes, changed }: { ms: number; processes: readonly string[]; changed: readonly string[] }): { left?: Left } {
  if (ms === 0 && changed.length === 0) return {};
  return {
    left: {
      ...(ms === 0 ? {} : { ms }),
      ...(processes.length === 0 ? {} : { processes: processes.slice(0, mostNames) }),
      ...(changed.length === 0 ? {} : { changed: changed.slice(0, mostNames) }),
      ...(changed.length > mostNames ? { more: changed.length - mostNames } : {}),
    },
  };
}

/** Of two executions that count as one. */
export function bothLeft(one: Left, other: Left): Left {
  const names = (of: (left: Left) => string[] | undefined): string[] => [...new Set([...(of(one) ?? []), ...(of(other) ?? [])])];
  const { left = {} } = leftOf({ ms: (one.ms ?? 0) + (other.ms ?? 0), processes: names(({ processes }) => processes), changed: names(({ changed }) => changed) });
  const more = (one.more ?? 0) + (other.more ?? 0) + (left.more ?? 0);
  return more === 0 ? left : { ...left, more };
}
