import type { ArtifactRef } from '../core/artifact.js';
import type { CandidateRef } from '../core/candidate.js';
import type { Checked } from '../core/check/checked.js';
import type { Config } from '../core/config/schema.js';
import type { Flag } from '../core/flag.js';
import type { BaseTests, Scope } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import type { SecondLook } from '../core/status.js';
import type { CommitRef, Target } from '../core/target.js';
import type { Budget } from '../core/verdict/budget.js';
import type { Noise } from '../core/verdict/noise.js';
import type { Verdict } from '../core/verdict/verdict.js';
import type { HostHandle } from './host-session.js';

export interface TrialInput {
  v: 1;
  run: string;
  trial: string;
  target: Target;
  config: Config;
  queuePrefix: string;
  champion: CommitRef;
  candidate: CandidateRef;
  lease: Lease | null;
  /** The noise that the run knows, and of which host. */
  noise: (Noise & { host: string }) | null;
  /** `confirm`: it passed against an earlier champion, so screening is skipped. `ablate`: it is the champion without one of its patches, and need not be faster. */
  mode: 'full' | 'confirm' | 'ablate';
  /** The earlier champion that it was made for, with `confirm`. */
  madeFor?: string;
  /** What its tests are compared with. Absent where only the exit code counts, and in inputs of earlier versions. */
  tests?: BaseTests;
  /** Of a judgement that has one. */
  budget?: Budget;
  /** How fast it is counts alone: it has to build and run, and neither to pass tests nor to give the same. Absent: not so. */
  onlySpeed?: true;
  /** Of earlier trials of the round against this champion, on the host `host`: samples that this one may share. The latest come first; perhaps none yet. */
  shared?: { host: string; samples: ArtifactRef[] };
}

export interface TrialResult {
  verdict: Verdict;
  commit: CommitRef | null;
  diff: ArtifactRef | null;
  samples: ArtifactRef | null;
  spent: number;
  /** What a person should know of how it was judged. */
  notes: string[];
  /** What champion and candidate were compared by. Absent in results of earlier versions. */
  checked?: Checked[];
  /** What the tests of later trials are compared with, where that has changed. */
  baseTests?: BaseTests;
  flags?: Flag[];
  /** Of what was too good to believe. */
  again?: SecondLook;
  lease: Lease | null;
}

/** What the parts of a trial work with. */
export interface TrialWork {
  input: TrialInput;
  on: HostHandle;
  scope: Scope;
  /** Notes the keys of worktrees that are to be removed at the end. */
  opened: (...keys: string[]) => void;
  /** What champion and candidate were compared by so far. */
  checked: Checked[];
  notes: string[];
}
