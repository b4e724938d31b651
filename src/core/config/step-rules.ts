import { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import { stepProblems } from '../pipeline/check.js';
import type { StepDefinition } from '../pipeline/graph/definition.js';
import { planProblems } from '../pipeline/graph/plan.js';
import { usesGraph } from '../pipeline/uses-graph.js';
import type { Problem } from './problems.js';
import { isStepType, keysOfTypes, stepSchema, typeNames, type StepConfig, type StepType } from './steps-schema.js';
import { isTable, type Table } from './table.js';

/** What is wrong with [[steps]] one by one, as they are written; also where another part of the file is wrong. */
export function stepKeyProblems(config: Table): Problem[] {
  return inList(config['steps'], ['steps'], ownTypes(config));
}

function ownTypes({ step_types: own }: Table): string[] {
  return isTable(own) ? Object.keys(own) : [];
}

function inList(steps: unknown, path: readonly PropertyKey[], own: readonly string[]): Problem[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, position) => (isTable(step) ? ofStep(step, [...path, position], own) : []));
}

function ofStep(step: Table, path: readonly PropertyKey[], own: readonly string[]): Problem[] {
  const { type } = step;
  if (typeof type !== 'string') return [];
  const members = inList(step['steps'], [...path, 'steps'], own);
  if (!isStepType(type) && !own.includes(type)) return [{ path: [...path, 'type'], text: unknownType(type, own) }, ...members];
  const wrong = isStepType(type) ? [...approveProblems(step, type), ...missing(step, type)] : [];
  return [...notTaken(step, type, path), ...wrong.map(({ key, text }) => ({ path: [...path, key], text })), ...members];
}

function notTaken(step: Table, type: string, path: readonly PropertyKey[]): Problem[] {
  return Object.keys(step).flatMap((key) => {
    const takers: readonly string[] | undefined = Object.hasOwn(keysOfTypes, key) ? keysOfTypes[key] : undefined;
    const taken = takers === undefined || (key === 'with' ? !isStepType(type) : takers.includes(type));
    return taken ? [] : [{ path: [...path, key], text: `is nothing that a step of type ${type} takes; ${who(takers)}` }];
  });
}

function who(takers: readonly string[]): string {
  if (takers.length === 0) return 'only types of [step_types] do';
  return takers.length === 1 ? `only ${takers[0]} does` : `${takers.join(', ')} do`;
}

function unknownType(type: string, own: readonly string[]): string {
  const allowed = [...typeNames, ...own];
  return `expected one of ${allowed.join(', ')}; got the string ${JSON.stringify(type.length > 60 ? `${type.slice(0, 57)}...` : type)}${didYouMean(type, allowed)}`;
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
  if (type === 'decide' && step['may_overrule'] === true && step['explain'] === undefined) return [{ key: 'may_overrule', text: 'is for who explains the decision, and nobody does: name a model or an agent in `explain`' }];
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
