import type { Language } from '../candidate.js';

/** What the sampled trials of one kind of change came to, of one language on one kind of hardware. */
export interface TrialRecord {
  proposer: string;
  recipe: string | null;
  language: Language;
  /** Model of the GPU or CPU that measured; null where that is not known. */
  hardware: string | null;
  /** In the target at hand, or in others. */
  here: boolean;
  tried: number;
  accepted: number;
  /** Sum of the natural-log gains of the accepted ones. */
  logGain: number;
  /** Sum of what the trials took, of `timed` of them. */
  seconds: number;
  timed: number;
}

/** A candidate that earlier runs of the target refused. */
export interface RefusedBefore {
  id: string;
  /** Hash of what was around it, and of what it was measured by. */
  surroundings: string;
  /** Share of the time that its code had then. */
  share: number | null;
  run: string;
  trial: string;
  why: string;
}

/** What the knowledge base knows of a target. */
export interface KnownOfTarget {
  records: TrialRecord[];
  refused: RefusedBefore[];
}
