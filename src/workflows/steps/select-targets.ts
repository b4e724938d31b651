import { triedSoFar } from '../../core/targets/attempts.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import type { FunctionName, TargetFunction } from '../../core/targets/target-function.js';
import { refusal } from '../failures.js';
import { scopeOfStep } from '../phases.js';
import type { StepRunner } from './run-step.js';

/** The key of the state under which a branch has what it works on. */
export const targetsKey = 'targets';

/** Chooses the functions to work on from the findings. None is no failure: a condition may look at the count. */
export const selectTargets: StepRunner = async (phases, { by = 'self', pick_top_k: top = 3, max_attempts_per_function: mostAttempts = 3, ignore = [] }, work) => {
  const { input, model: { findings, status }, session, control } = phases;
  const { name } = work;
  if (findings === null) throw refusal('PL_NO_FINDINGS', 'it has no findings to choose from', { where: `steps: ${name}`, fix: 'Put an analyze step before it.' });
  control.enterStep('select_targets', name);
  const { targets, passedOver } = await session.onHost((on) => on.host('selectTargets', name, { ...scopeOfStep(phases, work), target: input.target, config: input.config, findings, earlier: status.evidence?.findings ?? [], tried: triedSoFar(status.trials, status.agents ?? []), by, top, mostAttempts, ignore }));
  return { output: { count: targets.length, targets, passed_over: passedOver }, writes: [[targetsKey, targets]] };
};

/** What the branch works on, to be remembered with an attempt at it; undefined where nothing was chosen. */
export function targetsOf({ state }: Pick<Work, 'state'>): FunctionName[] | undefined {
  const targets = state.get(targetsKey) as TargetFunction[] | undefined;
  return targets?.map(({ file, function: name }) => ({ file, function: name }));
}
