import type { StepConfig } from '../config/steps-schema.js';
import type { StepType } from '../config/steps-schema.js';

const chainTypes: ReadonlySet<string> = new Set(['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn', 'command', 'noop'] satisfies StepType[]);
const chainKeys: ReadonlySet<string> = new Set(['type', 'name', 'enabled', 'command']);

/** Whether steps are more than the chain that earlier versions knew. Runs of those have histories that a chain of today has to replay. */
export function usesGraph(steps: readonly StepConfig[]): boolean {
  return steps.some((step) => !chainTypes.has(step.type) || (step.type === 'analyze' && step.command !== undefined) || Object.entries(step).some(([key, value]) => value !== undefined && !chainKeys.has(key)));
}
