import { pastTrials } from '../../core/agent/history.js';
import type { ArtifactRef } from '../../core/artifact.js';
import type { Json } from '../../core/json-value.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import type { TargetFunction } from '../../core/targets/target-function.js';
import { refusal } from '../failures.js';
import type { HostHandle } from '../host-session.js';
import { scopeOfStep, type Phases } from '../phases.js';
import { contextKey } from './collect-context.js';
import type { StepRunner } from './run-step.js';
import { targetsKey } from './select-targets.js';

/** The key of the state under which a branch has the task of its agent: a reference to text. */
export const promptKey = 'prompt';

/** Characters of JSON: more is no part of a prompt. */
const largestState = 200_000;

/** Writes the task of the agents after it. */
export const writePrompt: StepRunner = async (phases, { template: file }, work) => {
  const { input, model, session, control } = phases;
  const { name, state } = work;
  control.enterStep('write_prompt', name);
  const scope = scopeOfStep(phases, work);
  const { prompt } = await session.onHost(async (on) => {
    const asked = file === undefined ? { template: null, state: {} } : await askedBy(on, phases, work, file);
    return on.host('writePrompt', name, { ...scope, config: input.config, ...asked, targets: (state.get(targetsKey) as TargetFunction[] | undefined) ?? [], context: (state.get(contextKey) as ArtifactRef | undefined) ?? null, history: pastTrials(model.status.trials, model.status.agents ?? []) });
  });
  return { output: { prompt }, writes: [[promptKey, prompt]] };
};

/** A template of the repository, and what it asks for of the state and the input; what is not there is left out. */
async function askedBy(on: HostHandle, phases: Phases, work: Work, file: string): Promise<{ template: { file: string; text: ArtifactRef }; state: Record<string, Json>; input?: Json }> {
  const { template: text, parts } = await on.host('promptTemplate', `the template ${file}`, { ...scopeOfStep(phases, work), target: phases.input.target, file });
  const keys = parts.flatMap((part) => (part.startsWith('state.') ? [part.slice('state.'.length)] : []));
  const state = Object.fromEntries(keys.filter((key) => work.state.has(key)).map((key) => [key, work.state.get(key) as Json]));
  const given = parts.includes('input') ? work.input : undefined;
  const { length } = JSON.stringify([state, given ?? null]);
  if (length > largestState) throw refusal('PL_PROMPT_TEMPLATE', `what the template asks for of the state and the input is ${Math.round(length / 1000)} KB, and at most ${largestState / 1000} are taken`, { where: `steps: ${work.name}: ${file}`, fix: 'Let steps write large results to files, and name those.' });
  return { template: { file, text }, state, ...(given === undefined ? {} : { input: given }) };
}
