import type { ArtifactRef } from '../artifact.js';

export type ReasonCode =
  | 'faster' // confirmed beyond delta
  | 'futile' // no sign of the gain that is asked for
  | 'undecided' // the last look was reached
  | 'mean-worse' // the mean contradicts the median
  | 'guard-worse' // a guard metric is worse than its max_regression
  | 'guard-undecided'
  | 'floor' // a hard floor or ceiling was broken
  | 'too-fast' // above verdict.max_ratio: a person looks first
  | 'roofline' // better than the machine allows
  | 'repeated' // and seen again in a fresh clone
  | 'not-repeated' // and gone in a fresh clone
  | 'risky' // static flags: a person looks first
  | 'approved' // a person answers for it
  | 'metric-disagrees' // the printed metric and the outside time disagree
  | 'left-files' // changes files of the build that the champion's samples do not change
  | 'left-processes' // and processes that go on after the exit
  | 'sample-failed' // the benchmark failed on the candidate's side
  | 'champion-failed'
  | 'does-not-apply'
  | 'protected' // touches what must not change
  | 'build-failed'
  | 'tests-failed'
  | 'tests-missing' // tests of the base that did not run, or results that cannot be right
  | 'tests-skipped' // new skips
  | 'tests-rigged' // they pass whatever the code does
  | 'smoke-failed'
  | 'output-differs'
  | 'output-varies' // what is printed differs, but not each time
  | 'duplicate'
  | 'too-small' // its share of the time cannot pass the verdict
  | 'not-approved'
  | 'overruled' // an acceptance that whoever explains decisions turned down, as the config lets it
  | 'superseded' // no longer faster than the new champion
  | 'budget' // a judgement's budget of time does not hold what it would take
  | 'stopped';

export interface Reason {
  code: ReasonCode;
  text: string;
}

/** The numbers that decided. Ratios are time base / time candidate: above 1 means that the candidate is faster. */
export interface Measured {
  /** exp of the Hodges-Lehmann estimate of the confirmation pairs (of the screening pairs when it never got further). */
  ratio: number;
  ci95: [number, number];
  /** Pairs in the stage that the estimate comes from. */
  pairs: number;
  /** Fresh builds of each side that these pairs are of. Absent: one, or not known. */
  builds?: number;
  /** Benchmark executions spent over all stages. */
  samples: number;
  /** The natural-log gain that had to be exceeded, fixed before the trial. */
  delta: number;
}

export type VerdictKind = 'accepted' | 'rejected' | 'inconclusive' | 'quarantined';

/** What explains a verdict and decides nothing. */
export interface Fact {
  code:
    | 'cpu-time'
    | 'memory'
    | 'throttled' // the machine slowed samples down
    | 'shared' // champion samples of an earlier candidate
    | 'set-aside' // pairs were repeated because of other load
    | 'instructions'; // counted by valgrind
  text: string;
}

/** Accepted and inconclusive always rest on numbers; a rejection may come before the first sample. */
export type Verdict = { /** Absent where nothing is known besides. */ facts?: Fact[] } & (
  | { kind: 'accepted'; measured: Measured; reasons: Reason[] }
  | { kind: 'inconclusive'; measured: Measured; reasons: Reason[] }
  | { kind: 'quarantined'; measured: Measured | null; reasons: Reason[] }
  | { kind: 'rejected'; measured: Measured | null; reasons: Reason[] }
);

/** A verdict with what it can be recomputed from. */
export interface RecordedVerdict {
  verdict: Verdict;
  /** JSON of Pair[] over all stages, in the order they were taken. Null when nothing was sampled. */
  samples: ArtifactRef | null;
}
