import type { Candidate } from '../candidate.js';
import type { Choice, ChoiceInput, Weighed } from './choose.js';

/** One weighed candidate, without its change. */
export interface WeighedRecord extends Omit<Weighed, 'candidate'>, Pick<Candidate, 'id' | 'title' | 'file' | 'line' | 'proposer' | 'recipe' | 'language' | 'share'> {
  chosen: boolean;
}

/** How a round chose, so that it can be explained and done again. Plain JSON. */
export interface ChoiceRecord extends Pick<ChoiceInput, 'seed' | 'delta' | 'limit' | 'hardware' | 'trialSeconds'> {
  v: 1;
  /** 1-based. Absent in records of earlier versions, which have one for each round. */
  round?: number;
  /** Best first. */
  weighed: WeighedRecord[];
  hopeless: { id: string; title: string; why: string }[];
}

export function choiceRecord(round: number | undefined, { seed, delta, limit, hardware, trialSeconds }: ChoiceInput, { chosen, left, hopeless }: Choice): ChoiceRecord {
  return {
    v: 1, ...(round === undefined ? {} : { round }), seed, delta, limit, hardware, trialSeconds,
    weighed: [...chosen.map((weighed) => record(weighed, true)), ...left.map((weighed) => record(weighed, false))],
    hopeless: hopeless.map(({ candidate, why }) => ({ id: candidate.id, title: placed(candidate), why })),
  };
}

function record({ candidate: { id, title, file, line, proposer, recipe, language, share }, ...weighed }: Weighed, chosen: boolean): WeighedRecord {
  return { id, title, file, line, proposer, recipe, language, share, ...weighed, chosen };
}

/** The title of a candidate with its place. */
export function placed({ title, file, line }: Pick<Candidate, 'title' | 'file' | 'line'>): string {
  return `${title} (${file}:${line})`;
}
