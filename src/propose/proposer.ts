import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';

export interface ProposeContext {
  /** Absolute path of a checkout of the champion; only read. */
  worktree: string;
}

/** Why a candidate failed before it was measured, with the end of the log. */
export interface ProposalFailure {
  stage: 'apply' | 'build' | 'test' | 'smoke' | 'output';
  log: string;
}

/** Turns findings into candidates. The same finding on the same files gives the same candidates in the same order. */
export interface Proposer {
  name: string;
  propose(finding: Finding, context: ProposeContext): Promise<Candidate[]>;
  /** A second try after a failure; null when there is nothing else to try. Recipes have none. */
  repair?(candidate: Candidate, failure: ProposalFailure, context: ProposeContext): Promise<Candidate | null>;
}
