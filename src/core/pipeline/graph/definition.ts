import type { Json } from '../../json-value.js';

/** When to try a step again. Times in milliseconds. */
export interface RetryRule {
  /** Executions of the step, the first included. */
  attempts: number;
  /** Waiting time before the second attempt. Default: 0. */
  backoff?: number;
  /** Each waiting time by the one before. Default: 2. */
  factor?: number;
  /** No waiting time is longer. */
  max_backoff?: number;
}

/** A jump: taken after the step succeeded, when the condition holds or there is none. */
export interface NextRule {
  to: string;
  /** `fail`: taken after the step failed for good instead. Default: done. */
  on?: 'done' | 'fail';
  when?: string;
  /** The input of the target. Default: the output of the step that jumps, or its error as {step, code, message}. */
  input?: Json;
}

/** A step or a group of steps, as a file has it. */
export interface StepDefinition {
  type: string;
  /** Default: the type. */
  name?: string;
  /** Default: true. A disabled step counts as satisfied. */
  enabled?: boolean;
  /** Names of steps beside it. Without any among siblings: a chain in file order; in `parallel` and `race` all at once. */
  needs?: readonly string[];
  /** An expression; false skips the step and what needs only it. */
  when?: string;
  /** Milliseconds. Of a step that asks a person: how long it waits, which is its own affair. */
  timeout?: number;
  retry?: RetryRule;
  /** Default: fail. */
  on_fail?: 'fail' | 'continue';
  next?: readonly NextRule[];
  /** Default: all. `any`: runs as soon as one of what it needs is over and was not skipped. */
  join?: 'all' | 'any';
  /** So many of its last executions stay in the history. Default: 20. */
  retain?: number;
  /** The members of a group. */
  steps?: readonly StepDefinition[];
  /**
   * Of a group. `finished`: it then ends well with the members that are done. Default: fail.
   * Of a step that asks a person: what counts as the answer then.
   */
  on_timeout?: 'fail' | 'finished' | 'approve' | 'reject';
  /** Of a step that asks a person: text, with expressions between double braces. */
  question?: string;
  /** What its type needs to know. */
  [setting: string]: unknown;
}

export const groupTypes = ['pipeline', 'parallel', 'race'] as const;
export type GroupType = (typeof groupTypes)[number];

export function groupTypeOf(definition: StepDefinition): GroupType | null {
  return groupTypes.find((type) => type === definition.type) ?? null;
}

/** Whether a step waits for a person: for days, and over executions of whoever drives the machine, so that no deadline of the machine ends it. */
export function asksPerson({ type }: StepDefinition): boolean {
  return type === 'approve';
}

/** What holds for the whole of it. */
export interface PipelineSettings {
  /** Milliseconds. */
  timeout?: number;
  /** Step executions of a run. Default: ten of each step, and at least 1,000. */
  max_steps?: number;
  /** For steps that say nothing else. Default: 20. */
  retain?: number;
}
