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
}

/** A cheap filter on the first build; a false pass here only costs a confirmation. */
const screening: Schedule = {
  warmups: 0,
  looks: [
    { pairs: 4, alpha: 0.0626, futility: 0.3 },
    { pairs: 5, alpha: 0.066, futility: 0.27 },
    { pairs: 6, alpha: 0.084, futility: 0.24 },
    { pairs: 10, alpha: 0.105, futility: 0.22 },
    { pairs: 20, alpha: 0.092, futility: 0.2 },
  ],
};

/** Fresh data from fresh builds. The alphas add up to 0.01, which bounds a false acceptance whatever the looks. */
const confirmation: Schedule = {
  warmups: 0,
  looks: [
    { pairs: 9, alpha: 0.002, futility: 0.02 },
    { pairs: 15, alpha: 0.0042, futility: 0.02 },
    { pairs: 28, alpha: 0.0025, futility: 0.02 },
    { pairs: 60, alpha: 0.0013, futility: 0.02 },
  ],
};

/**
 * The schedule of a stage. The fixed protocol has no screening (null) and one look with the whole 0.01; of 6 runs the
 * smallest p-value there is, 0.0156, has to do.
 */
export function scheduleOf(protocol: Protocol, stage: 'screen' | 'confirm'): Schedule | null {
  if (protocol.kind === 'sequential') return stage === 'screen' ? screening : confirmation;
  if (stage === 'screen') return null;
  return { warmups: protocol.warmups, looks: [{ pairs: protocol.runs, alpha: Math.max(0.01, 2 ** -protocol.runs), futility: 0.02 }] };
}

/** Pairs, warm-ups included, after which the stage has ended whatever it saw. */
export function mostPairs(schedule: Schedule): number {
  return schedule.warmups + (schedule.looks.at(-1)?.pairs ?? 0);
}

export interface LookResult {
  look: Look;
  /** Of H0 "the gain is at most delta". */
  p: number;
  passes: boolean;
  futile: boolean;
}

/** The test that falls due when exactly these differences are there; null between looks. `delta` is a natural log. */
export function look(schedule: Schedule, differences: readonly number[], delta: number): LookResult | null {
  const due = schedule.looks.find((candidate) => candidate.pairs === differences.length);
  if (due === undefined) return null;
  const { greater, less } = signedRankTails(differences, delta);
  const passes = greater <= due.alpha;
  return { look: due, p: greater, passes, futile: !passes && less <= due.futility };
}
