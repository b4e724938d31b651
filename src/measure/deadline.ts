import type { Pair } from '../core/sample.js';

/**
 * Tells when the pairs up to a look no longer fit before a deadline: by what the pairs of this sampling took so far, and
 * before there is one by what is known of a sample. The pair that warms up, and what starts with it, says little of the
 * others. To be asked before each pair. Times in milliseconds since the epoch.
 */
export function lateFor(deadline: number, secondsPerSample: number, now: () => number = Date.now): (pairs: readonly Pair[], wanted: number) => boolean {
  let warm: { at: number; pairs: number } | null = null;
  let asked = false;
  return (pairs, wanted) => {
    const at = now();
    if (asked) warm ??= { at, pairs: pairs.length };
    asked = true;
    const taken = warm === null ? 0 : pairs.length - warm.pairs;
    const perPair = taken === 0 || warm === null ? 2000 * secondsPerSample : (at - warm.at) / taken;
    return at + (wanted - pairs.length + (warm === null ? 1 : 0)) * perPair > deadline;
  };
}
