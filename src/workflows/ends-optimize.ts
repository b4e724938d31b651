import { isCancellation } from '@temporalio/workflow';
import { hasCode } from './failures.js';
import { GroundLost } from './host-session.js';

/** Whether a proposer's failure is none of its own: the run was cancelled, or the ground is gone, so that all of it begins again elsewhere. */
export function endsOptimize(reason: unknown): boolean {
  return isCancellation(reason) || reason instanceof GroundLost || hasCode(reason, 'PL_WORKTREE_GONE');
}
