import { scopeOf } from '../phases.js';
import type { StepRunner } from './run-step.js';

/** Points the result branch at the best commit so far. */
export const publish: StepRunner = async ({ input, model, session }, _step, { name }) => {
  const { branch } = await session.onHost((on) => on.host('publish', name, { ...scopeOf(input, name), target: input.target, champion: model.champion }));
  return { output: { branch, commit: model.champion.commit } };
};
