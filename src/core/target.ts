import type { ArtifactRef } from './artifact.js';

/** A commit together with the git bundle that another host can restore it from. */
export interface CommitRef {
  /** 40 hex digits. */
  commit: string;
  /** Holds the commit. For the base: its whole history. For later commits: base..commit. */
  bundle: ArtifactRef;
}

/** What a run works on: named by content, never by a path alone, so that any host can take it over. */
export interface Target {
  /** Short stable id of the repository (hash of its origin); names the bare repository and the search attribute. */
  id: string;
  name: string;
  base: CommitRef;
  /** Where the user's repository was when the run was started. For people to read; no activity opens it. */
  origin: string;
  /** The revision as the user wrote it, such as `HEAD`. */
  revision: string;
}
