import { PerfloopError } from '../errors.js';
import type { Pair } from '../sample.js';

/** Where samples were taken, as they tell: one entry a device. Samples of earlier versions tell nothing. */
export function devicesOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ device }) => device).filter((device) => device !== undefined))];
}

/**
 * Two machines differ by more than most patches gain, so nothing may be concluded from samples of both.
 * Throws PL_SAMPLES_MIXED where they were taken on several devices, or not on the one that is given.
 */
export function refuseMixed(pairs: readonly Pair[], device?: string): void {
  const devices = [...new Set([...(device === undefined ? [] : [device]), ...devicesOf(pairs)])];
  if (devices.length < 2) return;
  throw new PerfloopError('PL_SAMPLES_MIXED', `the samples were taken on ${devices.length} devices: ${devices.join(', ')}`, {
    where: 'samples',
    fix: 'Nothing follows from samples of different machines: judge again on one of them. If no file was edited by hand, this is a bug of perfloop: please report it.',
  });
}
