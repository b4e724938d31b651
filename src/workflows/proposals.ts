import type { ArtifactRef } from '../core/artifact.js';
import type { WorktreeRef } from '../core/run/contracts.js';
import { endsOptimize } from './ends-optimize.js';
import { describeFailure } from './failures.js';
import type { HostHandle } from './host-session.js';
import { warn, type Phases } from './phases.js';

/** What is turned without a change of code needs no findings. */
export interface KnobGround {
  on: HostHandle;
  worktree: WorktreeRef;
}

/** What a proposer that takes its time works with: the champion in a worktree, only to be read, and what was found in it. */
export interface ProposalGround extends KnobGround {
  /** JSON of Finding[]. */
  findings: ArtifactRef;
}

export interface ProposalSource {
  /** For people, such as `codex` or `claude-sonnet`. */
  name: string;
  /** JSON of Candidate[] each. */
  propose(): Promise<ArtifactRef[]>;
}

/** What they propose, all of them side by side. One that fails costs its own proposals: a warning says why. */
export async function proposalsOf(phases: Phases, sources: readonly ProposalSource[]): Promise<ArtifactRef[]> {
  const answers = await Promise.allSettled(sources.map((source) => source.propose()));
  return answers.flatMap((answer, i) => {
    if (answer.status === 'fulfilled') return answer.value;
    if (endsOptimize(answer.reason)) throw answer.reason;
    const { code, message } = describeFailure(answer.reason);
    warn(phases.model, `${sources[i]?.name ?? 'A proposer'} proposed nothing: ${message} (${code})`);
    return [];
  });
}
