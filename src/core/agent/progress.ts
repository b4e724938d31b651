import type { AgentRun } from '../run/contracts.js';
import type { AgentIteration, IterationOutcome } from './attempt.js';

export type AgentEdit = Extract<AgentRun['edit'], { kind: 'changed' }>;

/** How far an attempt has come. */
export interface AgentProgress {
  /** The last edit on the champion that may be built. The next iteration begins with it; null: with the champion. */
  edit: AgentEdit | null;
  /** The edit of the last iteration, where it touches what it must not. Nothing of it is ever run, so no iteration begins with it. */
  refused: AgentEdit | null;
}

export const noProgress: AgentProgress = { edit: null, refused: null };

/** What is there after an iteration. One that edited nothing, or whose edit was thrown away, leaves all as it was. */
export function progressAfter(progress: AgentProgress, edit: AgentRun['edit']): AgentProgress {
  if (edit.kind === 'taken-back') return noProgress;
  if (edit.kind !== 'changed') return progress;
  return edit.refused === null ? { edit, refused: null } : { ...progress, refused: edit };
}

/** What an attempt came to: the iteration that counts, and the edit that becomes a candidate, if any. */
export function endOf({ edit, refused }: AgentProgress, iterations: readonly AgentIteration[]): { last: AgentIteration | undefined; edit: AgentEdit | null } {
  // Where it left what failed as it was, that is what it came to.
  const last = iterations.findLast(({ outcome }) => outcome !== 'unchanged' || (edit === null && refused === null)) ?? iterations.at(-1);
  // What touches protected files is refused by its trial, so that everybody sees it.
  const kept: Partial<Record<IterationOutcome, AgentEdit | null>> = { passed: edit, edited: edit, protected: refused };
  return { last, edit: last === undefined ? null : (kept[last.outcome] ?? null) };
}
