import type { Config } from '../core/config/schema.js';
import { listedSteps, type ListedStep } from '../core/pipeline/listed.js';
import { writtenSteps } from '../core/pipeline/plan.js';
import { withChoices } from '../core/pipeline/select/apply.js';
import { choose, type Choice, type Selection } from '../core/pipeline/select/choose.js';

/** The steps of a round with which of them run, and the config in which the others are disabled. */
export interface ChosenSteps {
  config: Config;
  steps: readonly (ListedStep & Choice)[];
}

/** Throws where the steps cannot work, and as `choose` does. A config of which nothing is selected stays as it is written. */
export function chosenSteps(config: Config, selection: Selection): ChosenSteps {
  const listed = listedSteps(config);
  const choices = choose(listed, selection);
  const isSelected = (selection.skip ?? []).length + (selection.only ?? []).length > 0;
  return {
    config: isSelected ? { ...config, steps: withChoices(writtenSteps(config.steps), choices) } : config,
    steps: listed.map((step, position) => ({ ...step, ...(choices[position] as Choice) })),
  };
}
