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

/** A conversation with a model about one finding, as a run's status shows it. */
export interface ModelTalk {
  /** Its name in the config. */
  model: string;
  finding: string;
  title: string;
  /** Null where it came to no verdict. */
  real: boolean | null;
  proposed: number;
  /** JSON of TalkRecord. */
  record: ArtifactRef;
  spent: TalkSpend;
  /** Why there is not more; absent where all went well. */
  note?: string;
}

/** What is kept of a conversation, none of it with a secret. */
export interface TalkRecord {
  v: 1;
  /** JSON of the model's verdict, with its reasons. */
  verdict: ArtifactRef | null;
  /** JSON of Candidate[]. */
  candidates: ArtifactRef | null;
  /** JSON: everything that was said. */
  transcript: ArtifactRef;
  /** The model's answers, a line of JSON each, for --replay. */
  traffic: ArtifactRef;
}

/** More would make the status, which travels through the history, grow with each round. */
const mostTalks = 60;

/** Counts a conversation, and keeps it among the latest. */
export function withTalk(models: { spent: TalkSpend; talks: ModelTalk[] } | undefined, talk: ModelTalk): { spent: TalkSpend; talks: ModelTalk[] } {
  const { spent, talks } = models ?? { spent: { calls: 0, tokens: 0, money: 0 }, talks: [] };
  const money = spent.money === null || talk.spent.money === null ? null : spent.money + talk.spent.money;
  return { spent: { calls: spent.calls + talk.spent.calls, tokens: spent.tokens + talk.spent.tokens, money }, talks: [...talks, talk].slice(-mostTalks) };
}
