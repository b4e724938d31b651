import type { Language } from './candidate.js';

export interface CallSite {
  file: string;
  line: number;
  /** The source line, trimmed. */
  text: string;
}

/** A fact that a finding rests on: which tool said it, in words. */
export interface Evidence {
  tool: string;
  text: string;
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
  /** Time with callees by the profile's whole time, 0 to 1. */
  totalShare: number;
  /** Hot source lines in the function where the profiler gives them: share of the whole time. */
  hotLines: { line: number; share: number }[];
  snippet: string;
  callSites: CallSite[];
  evidence: Evidence[];
}
