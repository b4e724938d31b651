import type { HostMemory } from '../hosts/host-record.js';
import { median } from '../stats/summary.js';

export interface MemoryReading {
  /** Milliseconds, since whatever all readings are counted from. */
  at: number;
  /** Resident memory, megabytes (10^6 bytes). */
  mb: number;
}

const hourMs = 3_600_000;
/** Below this a slope is that of a start, not of a leak. */
const shortestMs = 2 * hourMs;
const fewest = 12;
/** The pairs are counted by its square. */
const mostCompared = 60;

/**
 * By how much memory grows, in megabytes an hour: the median of the slopes between all pairs of readings (Theil 1950, Sen 1968),
 * which a jump or a collection of garbage does not turn as it turns a least-squares line. Null where the readings are fewer than
 * 12 or span less than two hours; of more than 60 an even choice is taken.
 */
export function growthPerHour(readings: readonly MemoryReading[]): number | null {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || readings.length < fewest || last.at - first.at < shortestMs) return null;
  const step = Math.ceil(readings.length / mostCompared);
  const chosen = readings.filter((_, index) => index % step === 0);
  const slopes = chosen.flatMap((one, index) => chosen.slice(index + 1).flatMap((other) => (other.at === one.at ? [] : [((other.mb - one.mb) * hourMs) / (other.at - one.at)])));
  return median(slopes);
}

export interface MemoryBounds {
  /** Megabytes. */
  most: number;
  /** Megabytes an hour. */
  mostGrowth: number;
}

/** Where nobody says otherwise. */
export const usualMemoryBounds: MemoryBounds = { most: 450, mostGrowth: 10 };

/** What is held of the memory of a worker: the least of the last three readings, since garbage may wait to be collected; null of fewer. */
export function heldMb(readings: readonly MemoryReading[]): number | null {
  const latest = readings.slice(-3).map(({ mb }) => mb);
  return latest.length === 3 ? Math.min(...latest) : null;
}

/** In words, what is too much of the memory of a worker; null: nothing. */
export function tooMuch({ mb, growth }: Pick<HostMemory, 'mb' | 'growth'>, { most, mostGrowth }: MemoryBounds): string | null {
  if (mb !== null && mb > most) return `it holds ${rounded(mb)} MB, more than ${rounded(most)} MB`;
  return growth !== null && growth > mostGrowth ? `it grows by ${rounded(growth)} MB an hour, more than ${rounded(mostGrowth)} MB` : null;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
