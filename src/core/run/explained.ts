import type { PastTrial } from '../agent/attempt.js';
import type { Reading } from '../benchmark/series.js';
import type { StepReading } from '../benchmark/step-reading.js';
import type { TrialSummary } from '../status.js';
import type { Verdict } from '../verdict/verdict.js';

/** What became of a draft. `waiting`: a person decides. */
export type Decision = 'accepted' | 'waiting' | 'dropped';

/** What a model or an agent says of a decision. */
export interface Said {
  explanation: string;
  /** Cleaned, for the commit of the change. Absent: it gave none that can be used. */
  commitMessage?: string;
  /** What it would do itself. Absent: it did not say. */
  would?: 'accept' | 'drop';
}

/** The same in a status. It decides nothing, but where `overruled` says so. */
export interface Explained extends Said {
  /** Its name in the config, and of what. */
  by: string;
  kind: 'model' | 'agent';
  /** What it explains. */
  decision: Decision;
  /** It turned an acceptance down, as the config lets it. */
  overruled?: true;
}

/** Who explains, and whether they see it otherwise: `m explains, and would drop it: …`. Null where there is nothing besides the verdict, of which an overruled one says it already. */
export function explainedText(explained: Explained | undefined): string | null {
  if (explained === undefined || explained.overruled === true) return null;
  const { by, decision, would, explanation } = explained;
  const otherwise = (decision === 'accepted' && would === 'drop') || (decision === 'dropped' && would === 'accept');
  return `${by} explains${otherwise ? `, and would ${would} it` : ''}: ${explanation}`;
}

/** What whoever explains a decision is told, besides what the change touches. */
export interface ToldDecision {
  trial: Pick<TrialSummary, 'id' | 'round' | 'candidate' | 'verdict' | 'champion'>;
  decision: Decision;
  mayOverrule: boolean;
  /** Of this round and the one before it, oldest first. */
  readings: StepReading[];
  /** Of the best so far, and of what all of them are compared with. */
  best: Reading | null;
  baseline: Reading | null;
  /** What the best commit so far gains over the base; null where that is the base. */
  speedup: { ratio: number; ci95: [number, number] } | null;
  /** Other trials of this round and the one before it, oldest first. */
  others: PastTrial[];
}

/** What an acceptance is that was overruled: never a gain. The reason comes first, since many places show the first one alone. */
export function overruledVerdict(verdict: Verdict | null, { by, explanation }: Explained): Verdict {
  const { measured = null, reasons = [], ...rest } = verdict ?? {};
  return { ...rest, kind: 'rejected', measured, reasons: [{ code: 'overruled', text: `${by} overruled the acceptance: ${explanation}` }, ...reasons] };
}
