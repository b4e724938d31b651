import type { ArtifactRef } from '../artifact.js';
import type { CandidateRef } from '../candidate.js';
import type { DoneStep } from '../pipeline/machine/state.js';
import type { CommitRef } from '../target.js';

/** The key of the state under which a branch has its draft. */
export const draftKey = 'draft';

/** A change that is not accepted yet. */
export interface Draft {
  /** The change on `champion`. */
  commit: CommitRef;
  champion: string;
  candidate: CandidateRef;
  /** What it changes. */
  diff: ArtifactRef;
  /** The trial that judged it. Absent: nobody has. */
  trial?: string;
}

/** Ids of the trials that judged the drafts which these steps left. */
export function judgedDrafts(steps: readonly Pick<DoneStep, 'writes'>[]): string[] {
  return steps.flatMap(({ writes = [] }) => writes.flatMap(([key, draft]) => {
    const trial = key === draftKey ? (draft as Draft | undefined)?.trial : undefined;
    return trial === undefined ? [] : [trial];
  }));
}
