import { quantile } from '../stats/summary.js';

/** A time that a run was in a phase, milliseconds since the epoch. */
export interface PhaseTime {
  began: number;
  ended: number;
}

/** Fewer times of a phase than this have no 95th percentile worth the name. */
export const fewestOfAPhase = 5;

/**
 * When the last good time of a phase began: one within its bound, at whose end the 95th percentile of the window before was
 * within it, too. What was accepted before it began ran in it, and is none of what made the phase slow; what was accepted
 * while it ran, is not cleared by it. Null: there was none, or there were never enough times in a window to say so.
 */
export function lastGood(times: readonly PhaseTime[], { bound, window }: { bound: number; window: number }): number | null {
  const latestFirst = times.toSorted((one, other) => other.ended - one.ended);
  for (const [index, { began, ended }] of latestFirst.entries()) {
    if (ended - began > bound) continue;
    const took = latestFirst.slice(index).filter((one) => one.ended >= ended - window).map((one) => one.ended - one.began);
    if (took.length >= fewestOfAPhase && quantile(took, 0.95) <= bound) return began;
  }
  return null;
}
