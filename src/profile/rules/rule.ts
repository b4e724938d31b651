import type { Confidence, Evidence, Severity } from '../../core/finding.js';
import type { Asked } from './asked.js';
import type { Category } from './categories.js';

/** A number that decides, and who says so. */
export interface Threshold {
  what: string;
  value: number;
  /** Of `value`; shares are 0 to 1. */
  unit: 'share' | 'us' | 'ms' | 'bytes' | 'count' | 'ratio';
  source: string;
}

/** How to find code in a repository that looks like the cause, for where the profile does not tell the place. */
export interface Look {
  /** JavaScript regular expressions over single lines, the surest first. */
  patterns: readonly RegExp[];
  /** What they look for, in words. */
  what: string;
}

/** What a rule knows about where its cause is. All may be empty. */
export interface Clues {
  /** Rows of CUPTI_ACTIVITY_KIND_RUNTIME whose ranges and call chains tell the place, the weightiest first. */
  calls: readonly number[];
  /** In place of when the calls began, for each: a moment whose ranges tell more, in nanoseconds from the profile's first event. */
  moments?: readonly number[];
  /** Texts of ranges that the place is known by, the innermost first. */
  ranges?: readonly string[];
  /** The function, where the profiler says it. */
  frame?: { file: string; function: string; line: number };
  /** Of a native function whose file the profile does not tell. */
  symbol?: string;
  look?: Look;
}

/** What a rule found, before it is located. */
export interface Suspect {
  /** One line for a person: what happens and how much. */
  title: string;
  confidence: Confidence;
  /** Of the time that `headroomMs` is compared with, 0 to 1. */
  share: number;
  /** What would be saved if it vanished, never more than the devices or threads were held up by it. */
  headroomMs: number;
  severity: Severity;
  evidence: Evidence[];
  notes?: string[];
  clues: Clues;
}

/** One cause of lost time that is told from tables alone, without a model. */
export interface Rule {
  /** The category and a name: `C3-sync-in-loop`. */
  id: string;
  category: Category;
  /** What it looks for, in a line. */
  looksFor: string;
  /** The tools that it reads. */
  tools: readonly string[];
  /** Tables without which it abstains, with what makes a profiler write them. */
  needs: Readonly<Record<string, string>>;
  thresholds: readonly Threshold[];
  /** Rules that tell the same better: where one of them finds something, this one is silent. */
  yieldsTo?: readonly string[];
  /** When a finding of it may be none. */
  falsePositives: string;
  /** What it cannot see. */
  blindTo: string;
  /** Throws an Abstention where the profile does not hold enough. */
  find: (asked: Asked) => Suspect[];
}

/** A rule that has to pass, with the reason. */
export class Abstention extends Error {}

/** By the share of the time that could be saved: what most teams would drop work for, plan, or note (our own choice). */
export function severityOf(share: number): Severity {
  return share >= 0.25 ? 'high' : share >= 0.1 ? 'medium' : 'low';
}

/** What a suspect says of a part of the time that is lost. */
export const lossOf = (ms: number, share: number): Pick<Suspect, 'share' | 'headroomMs' | 'severity'> => ({ share, headroomMs: ms, severity: severityOf(share) });
