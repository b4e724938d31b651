import type { ToolAnswer } from '../../tools/tool.js';
import type { CopiesOverTime } from './copies.js';
import type { Flame } from './flame.js';
import type { EncodedTimeline } from './timeline/encode.js';
import type { Tone } from './tones.js';
import type { Treemap } from './treemap.js';

/** What the page needs of a finding of the rules. */
export interface PageFinding {
  id: string;
  category: string;
  evidence: readonly PageEvidence[];
  rule?: string;
  title?: string;
  severity?: string;
  confidence?: string;
  headroomMs?: number | null;
  notes?: readonly string[];
  file?: string | null;
  function?: string | null;
  line?: number | null;
}

export interface PageEvidence {
  tool: string;
  text: string;
  /** Rows of a table of the database, and the stretch of time, in milliseconds from the first event. */
  place?: { table: string; rangeMs: [number, number] | null; ids: number[] };
}

export interface PageFindings {
  findings: readonly PageFinding[];
  abstained: readonly { rule: string; reason: string }[];
}

/** A stretch of the timeline, in nanoseconds from the first event. */
export interface Stretch {
  from: number;
  to: number;
}

/** A piece of evidence with the stretch that a button shows, and those of its rows. */
export interface PlacedEvidence extends PageEvidence {
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
  findings: { list: { finding: PageFinding; evidence: PlacedEvidence[] }[]; abstained: readonly { rule: string; reason: string }[] } | null;
  timeline: (EncodedTimeline & { events: number; spans: number; dropped: number; lateNames: number; tones: ReadonlySet<Tone> }) | null;
  flame: Flame | null;
  treemap: Treemap | null;
  copies: CopiesOverTime | null;
  answers: { answer: ToolAnswer; summary: string }[];
  notes: string[];
}
