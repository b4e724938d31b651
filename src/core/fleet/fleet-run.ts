import type { NotifyConfig } from '../config/notify-schema.js';
import type { CandidateRef } from '../candidate.js';
import { workflowTypes } from '../inputs.js';
import type { Config } from '../config/schema.js';
import type { Target } from '../target.js';
import type { FleetTarget } from './parse.js';
import type { SweepOutcome } from './sweep.js';

/** Argument of the `fleetRun` workflow, which the schedule of a target starts. */
export interface FleetRunInput {
  v: 1;
  fleet: string;
  /** As the file had it when it was applied. */
  target: FleetTarget;
  /** Of its schedule. */
  schedule: string;
  queuePrefix: string;
  who: string;
  /** Id of the sweep that is told of its end. */
  sweep?: string;
}

/** What the schedule of a target starts, or a sweep. */
export function workflowOf({ watch }: Pick<FleetTarget, 'watch'>): string {
  return watch === true ? workflowTypes.watch : workflowTypes.fleetRun;
}

/** What became of it. */
export interface FleetRunResult {
  /** Null: none was begun, since a sweep runs the target already. */
  run: string | null;
  /** The commit that it began from. */
  base: string | null;
  accepted: number;
  speedup: { ratio: number; ci95: [number, number] } | null;
  /** Of a target that is watched, in place of a run: what the look came to. */
  watched?: string;
}

/** Patches that an earlier run had accepted, and the branch does not have. */
export interface Recheck {
  run: string;
  /** In the order in which they were accepted; each made on the head that the run begins with, and on those that it rests on. */
  candidates: CandidateRef[];
  /** They are judged one after another before the steps of the first round, each on the champion as it then is. Absent in runs of earlier versions: among the candidates of the step that proposes. */
  inOrder?: true;
}

/** What a run needs, made of the head of the branch. */
export interface PreparedRun {
  target: Target;
  config: Config;
  warnings: string[];
  recheck?: Recheck;
}

export interface FleetActivities {
  /** Fetches the branch and reads its config. */
  prepareRun(input: { v: 1; run: string; target: FleetTarget; /** Absent in runs of earlier versions: nothing is tried again. */ fleet?: string; /** Of what may run the target besides; absent: nothing. */ besides?: string; queuePrefix: string; who: string }): Promise<PreparedRun | { underWay: string }>;
  /** Pauses the schedule, with the reason, where this failure is the last of too many in a row; `channels`: who is to be told so. */
  afterFailure(input: { v: 1; schedule: string; /** The workflow that fails. */ workflow: string; /** Its execution; absent in runs of earlier versions. */ execution?: string; pauseAfter: number; failure: string; /** As the fleet file has it; absent in runs of earlier versions. */ notify?: unknown }): Promise<{ paused: boolean; /** Absent in runs of earlier versions. */ channels?: NotifyConfig[] }>;
  /** What the schedules of targets say now, in the order of the names. A run of its schedule that is under way is named. */
  fleetTargets(input: { v: 1; schedules: string[] }): Promise<({ kind: 'there'; target: FleetTarget } | { kind: 'left-out'; why: string })[]>;
  /** How workflows ended, in their order; null: they go on. */
  fleetEnds(input: { v: 1; workflows: string[] }): Promise<(SweepOutcome | null)[]>;
}
