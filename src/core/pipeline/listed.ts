import type { CommandSpec } from '../config/command-schema.js';
import type { StepConfig } from '../config/steps-schema.js';
import { plan } from './plan.js';
import { planOf } from './plan-of.js';
import { type ShownStates, statesBy, type StepState } from './step-states.js';
import { usesGraph } from './uses-graph.js';

/** A step as a list of them shows it. */
export interface ListedStep {
  /** From 1, in file order, members of groups included. */
  index: number;
  name: string;
  type: string;
  enabled: boolean;
  command: CommandSpec | null;
  /** Names of what must end before it; empty for what begins at once. Those of a chain are not written but follow from the order. */
  needs: string[];
  when: string | null;
  /** The group that it is a member of; null: none. */
  within: string | null;
  /** In a run, and how often it was executed; absent where no run is looked at, or nothing is known. */
  state?: StepState;
  executions?: number;
}

/** The steps of a config, checked; the default plan where it has none. Throws `PL_STEPS_INVALID` or `PL_PIPELINE_INVALID`. */
export function listedSteps(config: Parameters<typeof planOf>[0]): ListedStep[] {
  if (!usesGraph(config.steps)) {
    const steps = plan(config.steps);
    return steps.map(({ index, name, type, enabled, command }, position) => ({ index, name, type, enabled, command, needs: steps.slice(Math.max(0, position - 1), position).map((before) => before.name), when: null, within: null }));
  }
  const { nodes } = planOf(config);
  return nodes
    .filter(({ kind, name }) => kind !== 'close' && name !== '')
    .map(({ name, needs, within, enabled, definition }, position) => {
      const { type, command, when } = definition as unknown as StepConfig;
      const before = needs.flatMap((need) => nodes[need]?.name ?? []);
      const group = nodes[within]?.name ?? '';
      return { index: position + 1, name, type, enabled, command: command ?? null, needs: before.filter((one) => one !== '' && one !== group), when: when ?? null, within: group === '' ? null : group };
    });
}

/** The same steps with what a run made of them. */
export function withStates(steps: readonly ListedStep[], shown: ShownStates | null): ListedStep[] {
  const known = statesBy(shown ?? {});
  return steps.map((step, place) => ({ ...step, ...known(step.name, place) }));
}
