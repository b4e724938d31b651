import type { Language } from './candidate.js';

export interface CallSite {
  file: string;
  line: number;
  /** The source line, trimmed. */
  text: string;
}

export type Severity = 'low' | 'medium' | 'high';
export type Confidence = 'low' | 'medium' | 'high';

/** Where in a profile a person can look something up. */
export interface ProfilePlace {
  /** The profile's file. */
  profile: string;
  /** Of the database that perfloop made of it. */
  table: string;
  /** First start and last end in milliseconds, counted from the profile's first event. */
  rangeMs: [number, number] | null;
  /** Row ids in that table: `SELECT * FROM table WHERE rowid IN (…)`. Some of them, where there are many. */
  ids: number[];
}

/** A fact that a finding rests on: which tool said it, in words. */
export interface Evidence {
  tool: string;
  text: string;
  place?: ProfilePlace;
}

/** A located cause of time spent, in a file that the repository holds. */
export interface Finding {
  /** Deterministic: hash of category, file, function and line. */
  id: string;
  category: string;
  file: string;
  function: string;
  /** First line of the function, 1-based. */
  line: number;
  language: Language;
  /** Self time of the function by the profile's whole time, 0 to 1. */
  selfShare: number;
  /** How many samples fell into it; absent where nothing says so. */
  samples?: number;
  /** Time with callees by the profile's whole time, 0 to 1. */
  totalShare: number;
  /** Hot source lines in the function where the profiler gives them: share of the whole time. */
  hotLines: { line: number; share: number }[];
  snippet: string;
  callSites: CallSite[];
  evidence: Evidence[];
  /** Of the rule that found it; findings of older versions have none. */
  rule?: string;
  title?: string;
  severity?: Severity;
  confidence?: Confidence;
  /** What would be saved if its cause vanished, in milliseconds of the profile. An upper bound. */
  headroomMs?: number;
  notes?: string[];
}
