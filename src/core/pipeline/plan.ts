import type { CommandSpec, StepConfig } from '../config/schema.js';
import type { StepType } from '../config/steps-schema.js';
import { PerfloopError } from '../errors.js';
import { stepName, stepProblems } from './check.js';

/** A step of a round, as planned. Plain JSON. */
export interface PlannedStep {
  /** From 1, in file order. */
  index: number;
  /** Unique in the plan. */
  name: string;
  type: string;
  /** A disabled step never becomes ready, and counts as satisfied. */
  enabled: boolean;
  /** Only for the type `command`. */
  command: CommandSpec | null;
}

const defaultTypes = ['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn'] as const satisfies readonly StepType[];

/** The steps of a config, or the default six where it has none. */
export function writtenSteps(steps: readonly StepConfig[]): readonly StepConfig[] {
  return steps.length > 0 ? steps : defaultTypes.map((type) => ({ type, enabled: true }));
}

/**
 * The plan of a round: the steps of the config in file order, or the default six when there are none.
 * Throws `PL_STEPS_INVALID` with every problem at once.
 */
export function plan(steps: readonly StepConfig[]): PlannedStep[] {
  const chosen = writtenSteps(steps);
  const problems = stepProblems(chosen.map((step) => ({ type: step.type, name: step.name, hasCommand: step.command !== undefined })));
  if (problems.length > 0) {
    throw new PerfloopError('PL_STEPS_INVALID', 'the plan of steps cannot work', {
      where: '[[steps]]',
      problems: problems.map((problem) => problem.text),
      fix: `Correct the [[steps]] of perfloop.toml, or leave them out for the default plan: ${defaultTypes.join(', ')}.`,
    });
  }
  return chosen.map((step, position) => ({
    index: position + 1,
    name: stepName(step),
    type: step.type,
    enabled: step.enabled,
    command: step.command ?? null,
  }));
}
