import type { StepType } from '../config/steps-schema.js';

/** What the rules need to know of a step. A config that does not parse as a whole can still be checked step by step. */
export interface StepOutline {
  type: string;
  name?: string | undefined;
  hasCommand: boolean;
}

export interface StepProblem {
  /** Position in the list, from 0. */
  position: number;
  /** The key of the step that is wrong. */
  key: 'type' | 'name' | 'command';
  text: string;
}

/** What must stand earlier in the plan. A disabled step counts: its result may be there from before. */
const needs: Readonly<Partial<Record<string, readonly StepType[]>>> = {
  analyze: ['profile'],
  optimize: ['analyze'],
  execute: ['warmup', 'optimize'],
  learn: ['execute'],
};

export function stepName(step: { type: string; name?: string | undefined }): string {
  return step.name ?? step.type;
}

/** Everything that is wrong with a list of steps, in file order. O(steps). */
export function stepProblems(steps: readonly StepOutline[]): StepProblem[] {
  const problems: StepProblem[] = [];
  const firstWithName = new Map<string, number>();
  const seen = new Set<string>();
  for (const [position, step] of steps.entries()) {
    const name = stepName(step);
    const earlier = firstWithName.get(name);
    if (earlier === undefined) firstWithName.set(name, position);
    else problems.push({ position, key: 'name', text: `step ${position + 1} has the name of step ${earlier + 1}, \`${name}\`; give it a \`name\` of its own` });
    if (step.type === 'command' && !step.hasCommand) problems.push({ position, key: 'command', text: `step \`${name}\` is of type command and has no \`command\`` });
    if (step.type !== 'command' && step.hasCommand) problems.push({ position, key: 'command', text: `step \`${name}\` is of type ${step.type}; only the type command takes a \`command\`` });
    const missing = (needs[step.type] ?? []).filter((type) => !seen.has(type));
    if (missing.length > 0) problems.push({ position, key: 'type', text: `step \`${name}\` (${step.type}) needs a step of type ${missing.join(' and one of type ')} before it` });
    seen.add(step.type);
  }
  return problems;
}
