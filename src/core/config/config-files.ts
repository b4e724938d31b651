import type { Config } from './schema.js';
import type { StepConfig } from './steps-schema.js';

/** The files of the repository that a config consists of besides itself, by their paths from its top. */
export function filesOfConfig({ steps, step_types: types = {} }: { steps: readonly StepConfig[]; step_types?: Config['step_types'] }): string[] {
  return [...new Set([...stepFiles(steps), ...Object.values(types).map(({ module }) => module)])];
}

function stepFiles(steps: readonly StepConfig[]): string[] {
  return steps.flatMap(({ file, steps: members = [] }) => [...(file === undefined ? [] : [file]), ...stepFiles(members)]);
}
