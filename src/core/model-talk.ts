import type { ArtifactRef } from './artifact.js';

/** What was tried before, as a prompt tells it. */
export interface EarlierAttempt {
  title: string;
  /** Of the verdict. */
  outcome: string;
  why: string;
}

/** What talking with models came to. */
export interface TalkSpend {
  calls: number;
  tokens: number;
  /** US dollars; null where the price is not known. */
  money: number | null;
}

/** A conversation with a model about one finding. */
export interface ModelTalk {
  /** Its name in the config. */
  model: string;
  finding: string;
  title: string;
  /** Null where it came to no verdict. */
  real: boolean | null;
  /** JSON of the model's verdict, with its reasons. */
  verdict: ArtifactRef | null;
  proposed: number;
  /** JSON of Candidate[]; null where there are none. */
  candidates: ArtifactRef | null;
  /** JSON: everything that was said, without secrets. */
  transcript: ArtifactRef;
  /** The model's answers, a line of JSON each, for --replay. */
  traffic: ArtifactRef;
  spent: TalkSpend;
  /** Why there is not more; null where all went well. */
  note: string | null;
}
