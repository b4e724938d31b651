import { signedRankTails } from '../stats/signed-rank.js';

/** Fixed before the trial: how much is sampled, and when that decides. */
export type Protocol = { kind: 'sequential' } | { kind: 'fixed'; warmups: number; runs: number };

export interface Look {
  /** Pairs seen at this look, warm-ups apart. */
  pairs: number;
  /** Passes when the p-value of H0 "the gain is at most delta" is at most this. */
  alpha: number;
  /** Futile when the p-value of H0 "the gain is at least delta" is at most this. Non-binding: costs power, never errors. */
  futility: number;
}

export interface Schedule {
  /** Pairs thrown away first. */
  warmups: number;
  looks: readonly Look[];
  /** Fresh builds of each side at most: each of so many pairs is of a build of its own, later ones go round them. */
  builds: number;
  /** What the test turns around: each pair by itself, or all pairs of a build together, so that no luck of a build passes for a gain. */
  unit: 'pair' | 'build';
}

/** Builds are made so many at a time: those of later looks only when the looks before did not decide. */
const buildsAtOnce = 8;

/** How many builds of each side there must be for so many pairs. */
export function buildsFor({ builds }: Pick<Schedule, 'builds'>, pairs: number): number {
  return Math.min(builds, Math.ceil(pairs / buildsAtOnce) * buildsAtOnce);
}

/** Pairs, warm-ups included, after which the stage has ended whatever it saw. */
export function mostPairs(schedule: Schedule): number {
  return schedule.warmups + (schedule.looks.at(-1)?.pairs ?? 0);
}

/** The alphas of all looks, which bound a false pass whatever the noise and however the looks hang together (Bonferroni). */
export function totalAlpha({ looks }: Schedule): number {
  return looks.reduce((sum, { alpha }) => sum + alpha, 0);
}

export interface LookResult {
  /** Of H0 "the gain is at most delta". */
  p: number;
  /** Of H0 "the gain is at least delta". */
  futilityP: number;
  passes: boolean;
  futile: boolean;
}

/**
 * The test that falls due when exactly these differences are there; null between looks. `delta` is a natural log.
 * `builds`: of which build each difference is.
 */
export function look(schedule: Schedule, differences: readonly number[], delta: number, builds?: readonly number[]): LookResult | null {
  const due = schedule.looks.find((candidate) => candidate.pairs === differences.length);
  if (due === undefined) return null;
  const { greater, less } = signedRankTails(differences, delta, schedule.unit === 'build' ? builds : undefined);
  const passes = greater <= due.alpha;
  return { p: greater, futilityP: less, passes, futile: !passes && less <= due.futility };
}
