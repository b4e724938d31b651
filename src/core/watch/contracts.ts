import type { ArtifactRef } from '../artifact.js';
import type { Config } from '../config/schema.js';
import type { FleetRunInput } from '../fleet/fleet-run.js';
import type { FleetTarget } from '../fleet/parse.js';
import type { JudgeInput } from '../inputs.js';
import type { Question } from './question.js';

/** Argument of the `watch` workflow: one look at the head of a branch. */
export interface WatchInput extends FleetRunInput {
  /** It begins anew from this revision of the repository: what later heads are compared with. */
  from?: string;
}

/** A commit as a person knows it. */
export interface ShownCommit {
  commit: string;
  author: string;
  subject: string;
  /** ISO 8601. */
  at: string;
  /** More than one: a merge. */
  parents: string[];
}

/** What is remembered of a branch between looks. */
export interface WatchState {
  v: 1;
  repository: string;
  branch: string | null;
  /** The last head that was judged and not found slower: each head is compared with it. */
  last: ShownCommit;
  /** Where the speed was last confirmed to have changed, or the beginning: what creeps in below `min_gain` a head shows against it. */
  anchor: ShownCommit;
  /** The last head that was looked at, whatever came of it. */
  head: string;
  /** Why that came to no answer; null where it did. */
  openHead: 'undecided' | 'broken' | null;
  looks: number;
  /** The latest, at most 20. */
  regressions: Regression[];
}

/** What the newer commit is against the older one, for one metric. Ratios above 1: it is slower by that factor. */
export interface Comparison {
  older: string;
  newer: string;
  against: 'last' | 'anchor' | 'parent' | 'culprit';
  metric: string | null;
  allowed: number;
  answer: Answer['kind'];
  ratio: number | null;
  ci95: [number, number] | null;
  pairs: number;
  /** Of its judgement; null where none was needed. */
  run: string | null;
  text: string;
}

export type Answer =
  | { kind: 'slower' | 'not-slower' | 'open'; ratio: number | null; ci95: [number, number] | null; pairs: number; text: string; samples: ArtifactRef | null }
  /** It cannot be compared. `newer`: that one does not build, fails its tests, or its benchmark does not run. */
  | { kind: 'broken'; side: 'newer' | 'older'; code: string; text: string };

export interface Regression {
  metric: string | null;
  against: 'last' | 'anchor';
  /** Of the head against it. */
  head: Comparison;
  good: ShownCommit;
  bad: ShownCommit;
  /** Commits after the good one up to the head, along first parents, and how many of them come after the bad one. */
  commits: number;
  after: number;
  judgements: { asked: number; expected: number; most: number };
  skipped: { commit: ShownCommit; why: string }[];
  /** One of these did it, the oldest first, at most 20; `more` further ones lie between. */
  suspects: ShownCommit[];
  more: number;
  /** Why it is not one; null where it is. */
  unclear: string | null;
  /** The last suspect against the commit before the first: the step by itself. Null where there was no time for it. */
  step: Comparison | null;
  /** A command that measures the step again. */
  reproduce: string;
}

export interface WatchResult {
  v: 1;
  outcome: 'begun' | 'unmoved' | 'no-regression' | 'regression' | 'undecided' | 'broken';
  repository: string;
  branch: string | null;
  head: ShownCommit;
  /** Against which it was compared; null where it was not. */
  last: ShownCommit | null;
  anchor: ShownCommit | null;
  notes: string[];
  compared: Comparison[];
  /** Of the head against `last`, where it was confirmed to be faster. Ratio above 1: so much faster. */
  improvement: Comparison | null;
  regressions: Regression[];
}

/** What a look begins with. */
export interface OpenedWatch {
  state: WatchState | null;
  head: ShownCommit;
  /** Null: there is nothing to compare it with, so that it is where the watch begins. */
  last: ShownCommit | null;
  anchor: ShownCommit | null;
  /** Commits after each of them up to the head, along first parents. */
  commits: { last: number; anchor: number };
  /** Whether the head was looked at before. */
  isKnown: boolean;
  /** Where git has the branch: `dir` as the hub's worker sees it. */
  dir: string;
  config: Config;
  questions: Question[];
  notes: string[];
}

/** Two commits and the question that a judgement is to answer about them. */
export interface JudgementAsked {
  v: 1;
  target: FleetTarget;
  dir: string;
  run: string;
  older: string;
  newer: string;
  /** Of a gain: whether the newer one is faster. */
  question: Question | 'gain';
  config: Config;
  queuePrefix: string;
  who: string;
}

/** `same`: their files do not differ, so that there is nothing to measure. */
export type PreparedJudgement = { kind: 'same' } | { kind: 'judge'; input: JudgeInput };

export interface WatchActivities {
  /** Fetches the branch, reads its config, and what is remembered of it. */
  openWatch(input: { v: 1; target: FleetTarget; from: string | null }): Promise<OpenedWatch>;
  prepareJudgement(input: JudgementAsked): Promise<PreparedJudgement>;
  /** Which other questions the same samples leave open, and whether they leave it open that the newer one is faster. */
  openQuestions(input: { v: 1; samples: ArtifactRef; questions: Question[]; minGain: number }): Promise<{ questions: Question[]; gain: boolean }>;
  /** Commits by their place along the first parents of the head: 0 is the head. */
  showCommits(input: { v: 1; dir: string; head: string; places: number[] }): Promise<ShownCommit[]>;
  keepWatch(input: { v: 1; target: FleetTarget; dir: string; state: WatchState }): Promise<void>;
}
