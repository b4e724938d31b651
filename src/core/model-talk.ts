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

/** A conversation with a model, as a run's status shows it. */
export interface ModelTalk {
  /** Absent: about one finding, in optimize. */
  phase?: 'analyze' | 'learn' | 'decide';
  /** Its name in the config. */
  model: string;
  /** Its id; of another phase the phase, of a decision the trial. */
  finding: string;
  /** Of the finding; of another phase what came of it. */
  title: string;
  /** Null where it came to no verdict. */
  real: boolean | null;
  proposed: number;
  /** JSON of TalkRecord. */
  record: ArtifactRef;
  spent: TalkSpend;
  /** Which one, in which round: from 0 among the findings asked about. Absent in runs of versions that kept neither. */
  asked?: { round: number; position: number };
  /** JSON of Candidate[]; null where it proposed none. Absent as above. */
  candidates?: ArtifactRef | null;
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

/** What models were asked in a run. */
export interface ModelTalks {
  /** All of it. */
  spent: TalkSpend;
  /** The latest. */
  talks: ModelTalk[];
  /** Earlier ones that are no longer kept; absent where there are none. */
  dropped?: number;
}

/** Counts a conversation, and keeps it among the latest. One that was held anew takes the place of the earlier one; both were paid for. */
export function withTalk(models: ModelTalks | undefined, talk: ModelTalk): ModelTalks {
  const { spent, talks, dropped = 0 } = models ?? { spent: { calls: 0, tokens: 0, money: 0 }, talks: [] };
  const money = spent.money === null || talk.spent.money === null ? null : spent.money + talk.spent.money;
  const all = [...talks.filter((other) => !isSame(other, talk)), talk];
  const gone = dropped + Math.max(0, all.length - mostTalks);
  return { spent: { calls: spent.calls + talk.spent.calls, tokens: spent.tokens + talk.spent.tokens, money }, talks: all.slice(-mostTalks), ...(gone === 0 ? {} : { dropped: gone }) };
}

function isSame(one: ModelTalk, other: ModelTalk): boolean {
  return one.asked !== undefined && one.model === other.model && one.finding === other.finding && one.asked.round === other.asked?.round;
}

/** What came of a conversation that was held already: of the same model in the same round, about the finding at this place. */
export function talkHeld(models: ModelTalks | undefined, model: string, { round, position }: { round: number; position: number }): ModelTalk | undefined {
  return models?.talks.find((talk) => talk.model === model && talk.asked?.round === round && talk.asked.position === position);
}
