import type { StepConfig } from './steps-schema.js';

/** The files of the repository that a config consists of besides itself, by their paths from its top. */
export function filesOfConfig({ steps }: { steps: readonly StepConfig[] }): string[] {
  return [...new Set(stepFiles(steps))];
}

function stepFiles(steps: readonly StepConfig[]): string[] {
  return steps.flatMap(({ file, steps: members = [] }) => [...(file === undefined ? [] : [file]), ...stepFiles(members)]);
}
