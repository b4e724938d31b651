import { isCancellation } from '@temporalio/workflow';
import type { ArtifactRef } from '../core/artifact.js';
import type { WorktreeRef } from '../core/run/contracts.js';
import { agentSources } from './agents.js';
import { describeFailure, hasCode } from './failures.js';
import { GroundLost, type HostHandle } from './host-session.js';
import { warn, type Phases } from './phases.js';

/** What a proposer that takes its time works with: the champion in a worktree, only to be read, and what was found in it. */
export interface ProposalGround {
  on: HostHandle;
  worktree: WorktreeRef;
  /** JSON of Finding[]. */
  findings: ArtifactRef;
}

export interface ProposalSource {
  /** For people, such as `codex` or `claude-sonnet`. */
  name: string;
  /** JSON of Candidate[] each. */
  propose(): Promise<ArtifactRef[]>;
}

/** The proposers that the config names beside recipes and script. */
function sourcesOf(phases: Phases, ground: ProposalGround): ProposalSource[] {
  return agentSources(phases, ground);
}

/** What they propose, all of them side by side. One that fails costs its own proposals: a warning says why. */
export async function proposalsOf(phases: Phases, ground: ProposalGround): Promise<ArtifactRef[]> {
  const sources = sourcesOf(phases, ground);
  const answers = await Promise.allSettled(sources.map((source) => source.propose()));
  return answers.flatMap((answer, i) => {
    if (answer.status === 'fulfilled') return answer.value;
    if (isCancellation(answer.reason) || endsOptimize(answer.reason)) throw answer.reason;
    const { code, message } = describeFailure(answer.reason);
    warn(phases.model, `${sources[i]?.name ?? 'A proposer'} proposed nothing: ${message} (${code})`);
    return [];
  });
}

/** The ground is gone, so all of it begins again elsewhere. */
function endsOptimize(reason: unknown): boolean {
  return reason instanceof GroundLost || hasCode(reason, 'PL_WORKTREE_GONE');
}
