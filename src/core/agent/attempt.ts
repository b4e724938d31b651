import type { ArtifactRef } from '../artifact.js';
import type { FunctionName } from '../targets/target-function.js';
import type { VerdictKind } from '../verdict/verdict.js';

/** What an agent used, as it says; null where it does not say. */
export interface AgentUsage {
  inputTokens: number | null;
  /** Of the input tokens, those that came from a cache. */
  cachedTokens: number | null;
  outputTokens: number | null;
  /** As it says, or by the price table. */
  usd: number | null;
  /** Of agents that count in credits of their own. */
  credits: number | null;
}

export const noUsage: AgentUsage = { inputTokens: null, cachedTokens: null, outputTokens: null, usd: null, credits: null };

/** The sum; null where neither says anything. */
export function addUsage(one: AgentUsage, other: AgentUsage): AgentUsage {
  const sum = (a: number | null, b: number | null): number | null => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
  return {
    inputTokens: sum(one.inputTokens, other.inputTokens),
    cachedTokens: sum(one.cachedTokens, other.cachedTokens),
    outputTokens: sum(one.outputTokens, other.outputTokens),
    usd: sum(one.usd, other.usd),
    credits: sum(one.credits, other.credits),
  };
}

/**
 * How an iteration ended. `edited`: nobody was to build and test it. `unchanged`: nothing was edited. `leaked`: the edit holds a key, so it is thrown away. `protected`:
 * it touches what no candidate may change. `too-large`: it leaves more than a change may hold. `nested`: it leaves a git
 * repository within the checkout. Both are thrown away.
 */
export type IterationOutcome = 'passed' | 'edited' | 'build-failed' | 'tests-failed' | 'protected' | 'unchanged' | 'leaked' | 'too-large' | 'nested';

/** One time that an agent edited, and what became of it. */
export interface AgentIteration {
  /** From 1. */
  number: number;
  outcome: IterationOutcome;
  /** Why it did not pass, in words; of one that passed, what the agent calls it. */
  text: string;
  /** How the agent ended, where that was not well; empty else. */
  problem: string;
  prompt: ArtifactRef;
  /** What it printed, keys blacked out. */
  log: ArtifactRef;
  /** Against the champion; null where nothing differs, or must not be kept. */
  diff: ArtifactRef | null;
  usage: AgentUsage;
  /** Milliseconds. */
  wallMs: number;
  /** Versions of the prompts that its prompt was made of, by their names. Absent in records of earlier versions. */
  prompts?: Record<string, number>;
}

/** What another agent did that wrote the task. */
export interface TaskWriting {
  agent: string;
  /** How it ended, where that was not well; empty else. */
  problem: string;
  prompt: ArtifactRef;
  log: ArtifactRef;
  usage: AgentUsage;
  /** Versions of the prompts that its prompt was made of. Absent from workers of earlier versions. */
  prompts?: Record<string, number>;
}

/** What an agent is told of its last iteration. */
export interface AgentFailure {
  what: string;
  /** Of the command that failed; null where none ran. */
  log: ArtifactRef | null;
  /** The end of what a command printed, where no artifact holds it. Absent: `log` says what there is. */
  tail?: string;
  /** What it has changed so far. */
  diff: ArtifactRef | null;
  /** Whether that edit is no longer in the checkout. Absent: it is there. */
  dropped?: true;
}

/** What a run keeps of one attempt of an agent. */
export interface AgentAttempt {
  /** Such as `r1-codex-2`: unique in the run, and the name of its folder of logs. */
  id: string;
  round: number;
  agent: string;
  /** It was allowed everything, by the config. */
  unsafe: boolean;
  /** `failed`: perfloop itself could not go on, whatever the iterations before came to. */
  outcome: IterationOutcome | 'failed';
  /** The beginning of it; the record has all. */
  text: string;
  /** Those that came to an end. */
  iterations: number;
  usage: AgentUsage;
  /** From its begin to its end, with builds and tests. Absent in runs of earlier versions. */
  seconds?: number;
  /** Who wrote its task, and what that cost besides. Absent where nobody did. */
  writer?: TaskWriting;
  /** It ended since the budget of the run holds no further iteration. */
  spent?: true;
  /** The functions that it was to work on. Absent where nothing chose some. */
  targets?: FunctionName[];
  /** JSON of AgentIteration[]. */
  record: ArtifactRef;
}

/** An earlier trial, as an agent is told of it. */
export interface PastTrial {
  title: string;
  file: string;
  /** Null while it is undecided. */
  verdict: VerdictKind | null;
  /** Of the champion by the candidate; null when it was never measured. */
  ratio: number | null;
  why: string;
}
