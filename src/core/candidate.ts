import type { ArtifactRef } from './artifact.js';
import type { KnobRef } from './knobs/search.js';
import type { FirstAccepted } from './rollback/rollback.js';
import type { CommitRef } from './target.js';

/** C counts as other. */
export type Language = 'javascript' | 'typescript' | 'python' | 'cpp' | 'rust' | 'go' | 'other';

/** Replaces a span of a file. Applies only where the span still holds the text it was made for. */
export interface SpanEdit {
  /** Path relative to the repository root, with `/`. */
  file: string;
  /** Offsets in UTF-16 code units of the file decoded as UTF-8; `end` is exclusive. */
  start: number;
  end: number;
  /** Lower-case hex SHA-256 of the UTF-8 bytes of the text being replaced. */
  before: string;
  text: string;
}

export type Change = { kind: 'edits'; edits: SpanEdit[] } | { kind: 'commit'; commit: CommitRef; /** An ancestor of the commit: what changed since then is the change. Absent: since it left the line of the champion. */ since?: string };

/** A proposed patch, as proposers return it and as it is kept in the artifact store. */
export interface Candidate {
  /** Deterministic: the first 12 hex digits of the hash of the normalised change. */
  id: string;
  proposer: string;
  /** The recipe that wrote it, where one did. */
  recipe: string | null;
  title: string;
  /** Why it should help and why it is sound, for the report and the commit message. */
  rationale: string;
  findingId: string | null;
  file: string;
  line: number;
  language: Language;
  /** Share of the profile's time in what the patch touches, 0 to 1; caps the gain (Amdahl). Null when unknown. */
  share: number | null;
  /** What a recipe says may differ after it; absent where results stay the same bit for bit, or nothing is known. */
  changesResults?: 'rounding' | 'randomness' | 'precision' | 'logging';
  /** Which knobs it turns; absent where it changes code. */
  knob?: KnobRef;
  /** Ids of candidates that are parts of this one: where it passes, they are no gains of their own. Absent: none. */
  covers?: string[];
  /** Ids of candidates without which it does not apply to where it begins. Absent: it needs none. */
  restsOn?: string[];
  /** Hash of the code around the change and of what it is measured by; absent in candidates of earlier versions. */
  surroundings?: string;
  /** Of one that an earlier run had accepted and this one judges again. */
  acceptedFirst?: FirstAccepted;
  change: Change;
}

/** What the workflow holds of a candidate: everything but the change itself, which `patch` refers to. */
export interface CandidateRef extends Omit<Candidate, 'change' | 'rationale'> {
  /** JSON of the whole Candidate. */
  patch: ArtifactRef;
  /** Expected natural-log gain used for ranking; see core/choice. */
  expected: number;
}

/** A commit under judgement as it is. */
export function judgedCommit(commit: CommitRef, revision: string): Candidate {
  return { id: commit.commit.slice(0, 12), proposer: 'judge', recipe: null, title: revision, rationale: '', findingId: null, file: '', line: 0, language: 'other', share: null, change: { kind: 'commit', commit } };
}
