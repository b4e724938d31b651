import type { Config } from '../config/schema.js';
import type { Target } from '../target.js';
import type { FleetTarget } from './parse.js';

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
}

/** What became of it. */
export interface FleetRunResult {
  run: string;
  /** The commit that it began from. */
  base: string;
  accepted: number;
  speedup: { ratio: number; ci95: [number, number] } | null;
}

/** What a run needs, made of the head of the branch. */
export interface PreparedRun {
  target: Target;
  config: Config;
  warnings: string[];
}

export interface FleetActivities {
  /** Fetches the branch and reads its config. */
  prepareRun(input: { v: 1; run: string; target: FleetTarget; queuePrefix: string; who: string }): Promise<PreparedRun>;
  /** Pauses the schedule, with the reason, where this failure is the last of too many in a row. */
  afterFailure(input: { v: 1; schedule: string; /** Id of the workflow that fails. */ workflow: string; pauseAfter: number; failure: string }): Promise<{ paused: boolean }>;
}
