import type { Pair } from '../sample.js';
import { median } from '../stats/summary.js';

/** At most this fraction of the pairs may be set aside. */
const mostAside = 0.2;
/** Programs that want a CPU, above what is usual here, that make a pair worth repeating. */
const unusualLoad = 0.5;
/** Before so many readings nothing is known of what is usual. */
const fewestReadings = 4;

/** The pairs that decide: those that were not set aside. */
export function countedPairs(pairs: readonly Pair[]): Pair[] {
  return pairs.filter((pair) => pair.aside !== true);
}

/** Whether other programs want more of the machine right now than they did before the pairs so far. */
export function isUnusual(earlier: readonly Pair[], otherLoad: number): boolean {
  const readings = earlier.map((pair) => pair.otherLoad).filter((reading) => reading !== undefined);
  return readings.length >= fewestReadings && otherLoad > median(readings) + unusualLoad;
}

/**
 * Whether the pair that is about to be taken is to be set aside and taken again. It depends on what other programs did
 * before the pairs, never on a result, so that those that count are pairs like any other and the tests keep their errors.
 */
export function isSetAside(earlier: readonly Pair[], otherLoad: number): boolean {
  const aside = earlier.length - countedPairs(earlier).length;
  return isUnusual(earlier, otherLoad) && aside + 1 <= mostAside * (earlier.length + 1);
}
