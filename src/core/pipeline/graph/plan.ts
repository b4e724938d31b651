import type { Problem } from '../../config/problems.js';
import { PerfloopError } from '../../errors.js';
import { reportCycles } from './cycles.js';
import type { PipelineSettings, StepDefinition } from './definition.js';
import { connect } from './edges.js';
import { type Flattened, flatten } from './flatten.js';
import { connectJumps } from './jumps.js';
import type { Plan } from './node.js';
import { order } from './order.js';
import { Problems } from './problem.js';
import { checkReferences } from './references.js';

/**
 * The plan of a pipeline. Throws `PL_PIPELINE_INVALID` with everything that is wrong with its steps at once.
 * O(steps + needs), and as much again for every 31 steps that conditions ask about.
 */
export function plan(steps: readonly StepDefinition[], settings: PipelineSettings = {}): Plan {
  const problems = new Problems();
  const flattened = checked(steps, settings, problems);
  if (problems.list.length > 0) {
    throw new PerfloopError('PL_PIPELINE_INVALID', 'the pipeline cannot work', { where: 'steps', problems: problems.lines(), fix: 'Correct the steps that are named.' });
  }
  const { nodes, byName } = flattened;
  for (const { needs, next } of nodes) {
    if (needs.length > 1) for (const need of needs) keepVersion(flattened, need);
    for (const { target } of next) for (const need of nodes[target]?.needs ?? []) keepVersion(flattened, need);
  }
  const executable = nodes.filter(({ kind }) => kind === 'step').length;
  return {
    nodes,
    byName: new Map([...byName].map(([name, { member }]) => [name, member.first])),
    steps: executable,
    maxSteps: settings.max_steps ?? Math.max(leastMaxSteps, executable * 10),
  };
}

const leastMaxSteps = 1_000;

/** Everything that is wrong with the steps of a pipeline, with the place of each. None: `plan` takes them. */
export function planProblems(steps: readonly StepDefinition[], settings: PipelineSettings = {}): readonly Problem[] {
  const problems = new Problems();
  checked(steps, settings, problems);
  return problems.sorted();
}

function checked(steps: readonly StepDefinition[], settings: PipelineSettings, problems: Problems): Flattened {
  const { max_steps: maxSteps } = settings;
  if (maxSteps !== undefined && !(Number.isSafeInteger(maxSteps) && maxSteps > 0)) problems.add([], `max_steps must be a whole number from 1, got ${maxSteps}`);
  const flattened = flatten(steps, settings, problems);
  connect(flattened, problems);
  connectJumps(flattened, problems);
  const cycles = order(flattened.nodes);
  reportCycles(cycles, flattened, problems);
  if (cycles.length === 0) checkReferences(flattened, problems);
  return flattened;
}

function keepVersion({ nodes }: Flattened, index: number): void {
  const node = nodes[index];
  if (node !== undefined) node.keepsVersion = true;
}
