import type { Pair } from '../core/sample.js';

/**
 * Tells when the pairs up to a look no longer fit before a deadline: by what the pairs of this sampling took so far, and
 * before the first by what is known of a sample. Times in milliseconds since the epoch.
 */
export function lateFor(deadline: number, secondsPerSample: number, now: () => number = Date.now): (pairs: readonly Pair[], wanted: number) => boolean {
  const began = now();
  let first: number | null = null;
  return (pairs, wanted) => {
    const at = now();
    // At the start, and after a resume, one pair more warms up.
    const warm = first !== null;
    first ??= pairs.length;
    const taken = warm ? pairs.length - first + 1 : 0;
    const perPair = taken === 0 ? 2000 * secondsPerSample : (at - began) / taken;
    return at + (wanted - pairs.length + (warm ? 0 : 1)) * perPair > deadline;
  };
}
