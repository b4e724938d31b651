import type { Work } from '../../core/pipeline/machine/ready.js';
import type { WorktreeRef } from '../../core/run/contracts.js';
import type { HostHandle } from '../host-session.js';
import type { Phases } from '../phases.js';
import { draftOf, worktreeOfBranch } from './draft.js';

/** Where a command of a step runs: a worktree of its draft, or the one of the best commit that all such steps share. Called again, what was prepared is gone. */
export function worktreeOfCommand(phases: Phases, work: Work): (on: HostHandle) => Promise<WorktreeRef> {
  let lost = false;
  return async (on) => {
    const worktree = draftOf(work) === null ? await phases.prepared.worktree(on, phases, lost) : await worktreeOfBranch(on, phases, work);
    lost = true;
    return worktree;
  };
}
