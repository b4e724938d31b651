import type { ArtifactRef } from './artifact.js';
import type { Config } from './config/schema.js';
import type { Recheck } from './fleet/fleet-run.js';
import type { Lesson } from './lesson.js';
import type { DoneStep } from './pipeline/machine/state.js';
import type { RunModel } from './run/model.js';
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
  /** Whose schedule or sweep begins it. Absent: none does. */
  fleet?: { name: string; target: string };
  /** A profile that the user brought; the profile step then imports it and runs nothing. */
  profile?: ArtifactRef & { fileName: string };
  /** Recorded traffic that answers in place of models. */
  replay?: ArtifactRef;
  warnings: string[];
  /** What an earlier run of the fleet had accepted: tried before anything else. */
  recheck?: Recheck;
  /** Events of a history after which the run goes on in a new execution, where the server would let it grow further. */
  mostEvents?: number;
  /** Where it goes on after a run that ended before its time. */
  resume?: ResumeInput;
}

/** What a run that goes on begins with. */
export interface ResumeInput {
  model: RunModel;
  /** Of a round whose steps form a graph: what is not run again, unless what it needs is. */
  done: DoneStep[];
  /** Of the settings of each step, by its name. */
  hashes: [step: string, hash: string][];
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
  /**
   * The sides are exchanged: the base is the newer commit, and that the candidate is faster says that it is slower. The candidate
   * has to build and run, and nothing else. `metric`: what may have got worse; null: what decides.
   */
  regression?: { metric: string | null };
}

/** Argument of the `keepLessons` workflow. */
export interface KeepLessonsInput {
  v: 1;
  queuePrefix: string;
  lessons: Lesson[];
}

export const workflowTypes = { run: 'run', judge: 'judge', trial: 'trial', agentAttempt: 'agentAttempt', keepLessons: 'keepLessons', fleetRun: 'fleetRun', fleet: 'fleet', alerts: 'alerts', host: 'host', watch: 'watch', notification: 'notification', rollback: 'rollback' } as const;
