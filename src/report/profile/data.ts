import type { Evidence } from '../../core/finding.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import type { ToolAnswer } from '../../tools/tool.js';
import type { CopiesOverTime } from './copies.js';
import type { Flame } from './flame.js';
import type { EncodedTimeline } from './timeline/encode.js';
import type { Tone } from './tones.js';
import type { Treemap } from './treemap.js';

/** What the rules say, as far as the page shows it. */
export type PageFindings = Pick<Analysis, 'findings' | 'abstained'>;

/** A stretch of the timeline, in nanoseconds from the first event. */
export interface Stretch {
  from: number;
  to: number;
}

/** A piece of evidence with the stretch that a button shows, and those of its rows. */
export interface PlacedEvidence extends Evidence {
  stretch: Stretch | null;
  rows: Stretch[];
}

/** All that the page shows. A view is null where the profile holds nothing for it. */
export interface ProfilePageData {
  title: string;
  /** What was written, and when that was: milliseconds since the epoch. */
  writtenAt: number;
  spanNs: number;
  /** Null: the rules were not asked. */
  findings: { list: { finding: AnalysisFinding; evidence: PlacedEvidence[] }[]; abstained: Analysis['abstained'] } | null;
  timeline: (EncodedTimeline & { events: number; spans: number; dropped: number; early: number; lateNames: number; tones: ReadonlySet<Tone> }) | null;
  flame: Flame | null;
  treemap: Treemap | null;
  copies: CopiesOverTime | null;
  answers: { answer: ToolAnswer; summary: string }[];
  notes: string[];
}
