import type { ArtifactRef } from './artifact.js';
import type { Config } from './config/schema.js';
import type { CommitRef, Target } from './target.js';

/** Argument of the `run` workflow. What continue-as-new carries on is `RunCarry`, not part of what a client sends. */
export interface RunInput {
  v: 1;
  run: string;
  target: Target;
  config: Config;
  /** Prefix of all task queue names. */
  queuePrefix: string;
  /** Who started it, for the decision log. */
  who: string;
  /** A profile that the user brought; the profile step then imports it and runs nothing. */
  profile?: ArtifactRef & { fileName: string };
  /** Recorded traffic that answers in place of models. */
  replay?: ArtifactRef;
  warnings: string[];
}

/** Argument of the `judge` workflow: one change, no proposer. */
export interface JudgeInput {
  v: 1;
  run: string;
  target: Target;
  /** The commit under judgement; `target.base` is what it is compared with. */
  candidate: CommitRef;
  candidateRevision: string;
  /** JSON of the Candidate that holds this commit: what a trial applies. */
  patch: ArtifactRef;
  config: Config;
  queuePrefix: string;
  who: string;
  warnings: string[];
  /** Wall time that it may take from its start, in milliseconds. */
  budgetMs?: number;
}

export const workflowTypes = { run: 'run', judge: 'judge', trial: 'trial', agentAttempt: 'agentAttempt' } as const;
