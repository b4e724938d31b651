import { buildAllowance, fewestBuilds } from './build-luck.js';
import type { Look, Protocol, Schedule } from './schedule.js';

/** The schedules of a trial, kept with its samples: whatever replaces them later, its verdict can be computed again. */
export interface Schedules {
  /** Null: there is no screening. */
  screen: Schedule | null;
  confirm: Schedule;
  /** The screening may compare with the champion's samples of other trials, so that nothing is known of how often it errs. */
  shared?: true;
}

/** A cheap filter, on two builds of each side: for the luck that a single one can have, hardly anything could be dropped. */
const screening: Look[] = [
  { pairs: 4, alpha: 0.19, futility: 0.13 },
  { pairs: 6, alpha: 0.22, futility: 0.14 },
  { pairs: 10, alpha: 0.4, futility: 0.27 },
  { pairs: 20, alpha: 0.48, futility: 0.17 },
];
const screeningBuilds = 2;

/** Of what gains exactly delta, screening lets at most this share through; by simulation, see docs/verdict.md. */
export const screeningLetsThrough = 0.56;

/** Fresh data of fresh builds. The alphas add up to 0.0178: with screening before it, at most 0.01 for each candidate. */
const confirmation: Look[] = [
  { pairs: 8, alpha: 0.004, futility: 0.17 },
  { pairs: 12, alpha: 0.0013, futility: 0.33 },
  { pairs: 16, alpha: 0.0014, futility: 0.31 },
  { pairs: 24, alpha: 0.0011, futility: 0.45 },
  { pairs: 32, alpha: 0.0021, futility: 0.6 },
  { pairs: 64, alpha: 0.0079, futility: 0.02 },
];

/** Without a screening on the same two commits: the alphas add up to 0.01 by themselves. */
const alone: Look[] = [
  { pairs: 8, alpha: 0.004, futility: 0.17 },
  { pairs: 12, alpha: 0.0005, futility: 0.33 },
  { pairs: 16, alpha: 0.0007, futility: 0.31 },
  { pairs: 24, alpha: 0.0006, futility: 0.45 },
  { pairs: 32, alpha: 0.0012, futility: 0.6 },
  { pairs: 64, alpha: 0.003, futility: 0.02 },
];

/**
 * The schedules of a trial with at most `builds` fresh builds of each side in its confirmation. `screened`: whether that
 * follows a screening of the same two commits. The fixed protocol has one look with the whole 0.01; of 6 runs the smallest
 * p-value there is, 0.0156, has to do.
 */
export function schedulesOf(protocol: Protocol, builds: number, screened: boolean): Schedules {
  if (protocol.kind === 'fixed') {
    const { warmups, runs } = protocol;
    return { screen: null, confirm: { warmups, looks: [{ pairs: runs, alpha: Math.max(0.01, 2 ** -runs), futility: 0.02 }], ...goingRound(Math.min(builds, runs), Math.min(fewestBuilds, runs)) } };
  }
  return {
    screen: screened ? { warmups: 0, looks: screening, builds: Math.min(builds, screeningBuilds), unit: 'pair' } : null,
    confirm: { warmups: 0, looks: screened ? confirmation : alone, ...goingRound(builds, fewestBuilds) },
  };
}

function goingRound(builds: number, enough: number): Pick<Schedule, 'builds' | 'unit'> {
  return { builds, unit: builds >= enough ? 'build' : 'pair' };
}

/** What is added to delta where there are too few builds to tell the luck of one from a gain. */
export function allowanceOf({ confirm }: Schedules): number {
  return confirm.unit === 'build' ? 0 : buildAllowance(confirm.builds);
}
