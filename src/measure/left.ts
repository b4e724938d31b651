import type { Left } from '../core/sample.js';

const mostNames = 100;

interface Seen {
  ms?: number;
  ended?: number | undefined;
  processes?: readonly string[];
  changed?: readonly string[];
  written?: readonly string[];
}

/** What an execution left: nothing is said of what it did not. Of many changed files the protected ones are named first. */
export function leftOf({ ms = 0, ended, processes = [], changed = [], written = [] }: Seen): { left?: Left } {
  if (ms === 0 && changed.length === 0 && written.length === 0) return {};
  const isWritten = new Set(written);
  const named = [...changed.filter((path) => isWritten.has(path)), ...changed.filter((path) => !isWritten.has(path))].slice(0, Math.max(mostNames, written.length));
  return {
    left: {
      ...(ms === 0 ? {} : { ms, ...(ended === undefined ? {} : { ended }) }),
      ...(processes.length === 0 ? {} : { processes: processes.slice(0, mostNames) }),
      ...(named.length === 0 ? {} : { changed: named }),
      ...(changed.length > named.length ? { more: changed.length - named.length } : {}),
      ...(written.length === 0 ? {} : { written: [...written] }),
    },
  };
}

/** Of two executions that count as one. */
export function bothLeft(one: Left, other: Left): Left {
  const names = (of: (left: Left) => string[] | undefined): string[] => [...new Set([...(of(one) ?? []), ...(of(other) ?? [])])];
  const { left = {} } = leftOf({ ms: (one.ms ?? 0) + (other.ms ?? 0), ended: one.ended === undefined ? other.ended : one.ended + (other.ended ?? 0), processes: names(({ processes }) => processes), changed: names(({ changed }) => changed), written: names(({ written }) => written) });
  const more = (one.more ?? 0) + (other.more ?? 0) + (left.more ?? 0);
  return more === 0 ? left : { ...left, more };
}
