import { z } from 'zod';
import { stepProblems } from '../pipeline/check.js';
import type { StepDefinition } from '../pipeline/graph/definition.js';
import { planProblems } from '../pipeline/graph/plan.js';
import { usesGraph } from '../pipeline/uses-graph.js';
import type { Problem } from './problems.js';
import { keysOfTypes, stepSchema, stepTypes, type StepConfig, type StepType } from './steps-schema.js';
import { isTable, type Table } from './table.js';

/** What is wrong with [[steps]] one by one, as they are written; also where another part of the file is wrong. */
export function stepKeyProblems(config: Table): Problem[] {
  return inList(config['steps'], ['steps']);
}

function inList(steps: unknown, path: readonly PropertyKey[]): Problem[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, position) => (isTable(step) && isStepType(step['type']) ? ofStep(step, step['type'], [...path, position]) : []));
}

function ofStep(step: Table, type: StepType, path: readonly PropertyKey[]): Problem[] {
  const notTaken = Object.keys(step).flatMap((key) => {
    const takers = Object.hasOwn(keysOfTypes, key) ? keysOfTypes[key] : undefined;
    return takers === undefined || takers.includes(type) ? [] : [{ path: [...path, key], text: `is nothing that a step of type ${type} takes; ${takers.length === 1 ? `only ${takers[0]} does` : `${takers.join(', ')} do`}` }];
  });
  return [...notTaken, ...approveProblems(step, type).map(({ key, text }) => ({ path: [...path, key], text })), ...missing(step, type).map(({ key, text }) => ({ path: [...path, key], text })), ...inList(step['steps'], [...path, 'steps'])];
}

/** Names under which decisions know something else: the branch, a trial, a candidate. */
const decidedOtherwise = /^(final|r\d+-\d+c?|[0-9a-f]{12})$/;

function approveProblems({ name, on_timeout: onTimeout }: Table, type: StepType): { key: string; text: string }[] {
  const answers = type === 'approve' ? ['approve', 'reject'] : type === 'parallel' ? ['fail', 'finished'] : [];
  const wrongEnd = typeof onTimeout === 'string' && answers.length > 0 && !answers.includes(onTimeout);
  return [
    ...(wrongEnd ? [{ key: 'on_timeout', text: `of a step of type ${type} is ${answers.map((answer) => `"${answer}"`).join(' or ')}` }] : []),
    ...(type === 'approve' && typeof name === 'string' && decidedOtherwise.test(name) ? [{ key: 'name', text: `\`perfloop approve RUN ${name}\` would mean something else: \`final\`, trials such as r1-3 and candidates are decided on by such names; give the step another one` }] : []),
  ];
}

function missing(step: Table, type: StepType): { key: string; text: string }[] {
  if (type === 'command' && step['command'] === undefined) return [{ key: 'command', text: 'is missing: a step of type command runs one' }];
  if (type === 'analyze' && step['command'] === undefined && step['ignore'] !== undefined) return [{ key: 'ignore', text: 'is for an analyze step with a `command`; without one, `profile.ignore` says what is left out' }];
  if ((type === 'parallel' || type === 'race' || type === 'pipeline') && step['steps'] === undefined && (type !== 'pipeline' || step['file'] === undefined)) return [{ key: 'steps', text: `is missing: a step of type ${type} has its members there, as [[steps.steps]]${type === 'pipeline' ? ', or in a `file`' : ''}` }];
  return [];
}

/** What is wrong with the steps as a whole, where each of them is right. */
export function stepPlanProblems(config: Table): Problem[] {
  const { success, data: steps } = z.array(stepSchema).safeParse(config['steps'] ?? []);
  if (!success || stepKeyProblems(config).length > 0 || !steps.every(isWhole)) return [];
  if (usesGraph(steps)) return planProblems(steps as readonly StepDefinition[]).map(({ path, text }) => ({ path: ['steps', ...path], text }));
  return stepProblems(steps.map(({ type, name, command }) => ({ type, name, hasCommand: command !== undefined }))).map(({ position, key, text }) => ({ path: ['steps', position, key], text }));
}

/** Whether all files of steps in it are there. */
function isWhole({ type, file, steps }: StepConfig): boolean {
  return steps === undefined ? type !== 'pipeline' || file === undefined : steps.every(isWhole);
}

function isStepType(value: unknown): value is StepType {
  return typeof value === 'string' && Object.hasOwn(stepTypes, value);
}
