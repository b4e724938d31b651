import type { TrialSummary } from '../status.js';
import { verdictWord } from '../verdict/words.js';
import type { Explained } from './explained.js';

/** What came of a trial, and what was done in git, for people. */
export interface DecidedTrial {
  trial: string;
  round: number;
  title: string;
  proposer: string;
  verdict: string;
  /** By a model or an agent, where one explained it. */
  explained?: Explained;
  git: { action: 'committed' | 'none' | 'committed, and left out again at the end'; commit: string | null; on: string };
  at: number | null;
}

export function decidedTrial({ id, round, candidate, champion, commit, verdict, dropped, explained, endedAt }: TrialSummary): DecidedTrial {
  const accepted = verdict?.kind === 'accepted';
  const action = dropped === true ? 'committed, and left out again at the end' : accepted ? 'committed' : 'none';
  return { trial: id, round, title: candidate.title, proposer: candidate.proposer, verdict: verdict === null ? 'none' : verdictWord(verdict), ...(explained === undefined ? {} : { explained }), git: { action, commit: accepted ? commit : null, on: champion }, at: endedAt };
}
