import type { StepConfig } from '../../config/steps-schema.js';
import type { Choice } from './choose.js';

/** The steps with those disabled that were left out. `choices` are of all steps in file order, members included. */
export function withChoices(steps: readonly StepConfig[], choices: readonly Choice[]): StepConfig[] {
  const left = choices.values();
  const within = (some: readonly StepConfig[]): StepConfig[] =>
    some.map((step) => {
      const enabled = left.next().value?.run === true;
      return { ...step, enabled, ...(step.steps === undefined ? {} : { steps: within(step.steps) }) };
    });
  return within(steps);
}
