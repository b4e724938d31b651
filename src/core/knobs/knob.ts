import type { Language, SpanEdit } from '../candidate.js';

/** What is turned, without a change of code. */
export type KnobKind = 'build-flags' | 'profile-guided' | 'allocator' | 'runtime' | 'declared';

/**
 * How a setting takes effect: as a patch where it belongs, or, where the repository has no such place, by variables of the
 * environment of what is measured. They hold what the config's commands set of the same variable already, as NODE_OPTIONS is a list.
 */
export type KnobPlace =
  | { kind: 'patch'; edits: SpanEdit[] }
  | { kind: 'environment'; set: Record<string, string>; /** The same in a file that the benchmark does not run, such as a Dockerfile: told with the advice, never applied. */ elsewhere?: SpanEdit[] };

/**
 * How the profile of a setting comes about that guides a build: in a worktree of its own, of the champion with these edits, the
 * build runs and then the training. It is the edits of the setting and the files that the training leaves that make the candidate.
 */
export interface KnobTraining {
  /** Let the program write down where its time goes; none of them is in the candidate. */
  edits: SpanEdit[];
  /** Shell text in front of the build command. */
  prepare: string;
  /** Shell text, in the root of the worktree, after the build. */
  run: string;
  /** Variables of its environment, as a command of the config has them. */
  env: Record<string, string>;
  /** Globs of the files that become part of the candidate, relative to the root. At least one has to be there. */
  outputs: string[];
}

export interface KnobSetting {
  /** For people and for records, such as `-O3` or `--max-semi-space-size=64`; unique within its knob. */
  value: string;
  place: KnobPlace;
  /** What may differ in results with it; such a setting is off by default and needs the output check. */
  changesResults?: 'rounding' | 'randomness' | 'precision';
  /** What it costs or gives up, as a sentence for whoever decides. */
  caution?: string;
  train?: KnobTraining;
}

/** Something that can be turned in a repository, with the settings to try beside the one it has. */
export interface Knob {
  /** Deterministic, such as `makefile-optimisation` or `node-semi-space`; unique within a repository. */
  id: string;
  kind: KnobKind;
  title: string;
  /** Why it could help, what it costs, with a source where there is one. */
  rationale: string;
  /** What it is set to now, in words of its values; `default` where nothing sets it. */
  current: string;
  /** Where it is or would be set, relative to the repository root; the file that showed that it applies for one of the environment. */
  file: string;
  /** 1-based. */
  line: number;
  language: Language;
  /** Nearest to what is likely first; never what it is set to now. */
  settings: KnobSetting[];
}
