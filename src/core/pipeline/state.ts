import type { PlannedStep } from './plan.js';

export type StepOutcome = { kind: 'done' } | { kind: 'failed'; error: string } | { kind: 'skipped'; reason: string };

/**
 * How far a round is. Plain JSON that does not grow with the steps that are done, because continue-as-new carries it:
 * in a chain everything before `position` is over, and only what did not go as planned is listed.
 */
export interface PipelineState {
  v: 1;
  /** Steps of the plan that are over, from 0. The step at this position is the next one, and it is enabled. */
  position: number;
  skipped: readonly { step: string; reason: string }[];
  /** The step that ended the chain. */
  failed: { step: string; error: string } | null;
}

export function start(plan: readonly PlannedStep[]): PipelineState {
  return { v: 1, position: nextEnabled(plan, 0), skipped: [], failed: null };
}

/** The steps that may run now: in a chain at most one; none when it is finished. */
export function ready(plan: readonly PlannedStep[], state: PipelineState): PlannedStep[] {
  const step = plan[state.position];
  return step === undefined || state.failed !== null ? [] : [step];
}

/**
 * The state after a step's end; the given state stays as it was. A skipped step lets the chain go on, a failed one ends it.
 * Throws a plain error when that step was not ready: the caller has a bug.
 */
export function complete(plan: readonly PlannedStep[], state: PipelineState, name: string, outcome: StepOutcome): PipelineState {
  const step = ready(plan, state).find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`step ${name} ended and was not ready; ready: ${ready(plan, state).map((other) => other.name).join(', ') || 'none'}`);
  if (outcome.kind === 'failed') return { ...state, failed: { step: name, error: outcome.error } };
  const skipped = outcome.kind === 'skipped' ? [...state.skipped, { step: name, reason: outcome.reason }] : state.skipped;
  return { ...state, position: nextEnabled(plan, step.index), skipped };
}

export function isFinished(plan: readonly PlannedStep[], state: PipelineState): boolean {
  return ready(plan, state).length === 0;
}

/** Each disabled step is passed over once in a round, so a round of n steps costs O(n). */
function nextEnabled(plan: readonly PlannedStep[], from: number): number {
  let position = from;
  while (plan[position]?.enabled === false) position += 1;
  return position;
}
