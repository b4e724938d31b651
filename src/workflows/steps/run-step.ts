import type { StepConfig, StepType } from '../../core/config/steps-schema.js';
import type { StepTypeConfig } from '../../core/config/step-types-schema.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import type { Success } from '../../core/pipeline/machine/succeed.js';
import { tooLarge } from '../../core/run/too-large.js';
import { refusal } from '../failures.js';
import type { Phases } from '../phases.js';
import { agent } from './agent-step.js';
import { analyzeCommand } from './analyze-command.js';
import { approve } from './approve-step.js';
import { benchmark } from './benchmark.js';
import { checkSteps } from './check-steps.js';
import { collectContext } from './collect-context.js';
import { command } from './command.js';
import { decide, judge } from './judge-step.js';
import { phaseSteps } from './phase-steps.js';
import { ownStep } from './own-step.js';
import { publish } from './publish.js';
import { selectTargets } from './select-targets.js';
import { writePrompt } from './write-prompt.js';

/** What a step leaves: its output, and what it writes into the state of its branch. */
export type StepResult = Success;

/** One execution of a step, with what it sees of the state. */
export type StepRunner = (phases: Phases, step: StepConfig, work: Work) => Promise<StepResult>;

/** Every type that is a step of its own; groups are none. */
const runners: Readonly<Partial<Record<string, StepRunner>>> = { ...phaseSteps, ...checkSteps, agent, judge, decide, approve, benchmark, command, publish, select_targets: selectTargets, collect_context: collectContext, write_prompt: writePrompt, noop: async ({ session }, { name = 'noop' }) => (await session.onHost((on) => on.host('ping', name, { v: 1 })), {}) } satisfies Partial<Record<StepType, StepRunner>>;

export async function runGraphStep(phases: Phases, step: StepConfig, work: Work): Promise<StepResult> {
  const runner = step.type === 'analyze' && step.command !== undefined ? analyzeCommand : (runners[step.type] ?? ownType(phases, step));
  if (runner === undefined) throw refusal('PL_STEPS_INVALID', `a step of type ${step.type} cannot be run`, { where: `steps: ${work.name}` });
  const result = await runner(phases, step, work);
  const problem = tooLarge(result);
  if (problem !== null) throw refusal('PL_STEP_OUTPUT_LARGE', problem, { fix: 'Let it write what is large to a file, and hand on the path.' });
  return result;
}

function ownType({ input: { config } }: Phases, { type }: StepConfig): StepRunner | undefined {
  const types: Readonly<Partial<Record<string, StepTypeConfig>>> = config.step_types;
  return types[type] === undefined ? undefined : ownStep;
}
