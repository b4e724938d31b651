import type { Config } from '../core/config/schema.js';
import type { StepConfig } from '../core/config/steps-schema.js';
import { usesGraph } from '../core/pipeline/uses-graph.js';

/**
 * The input without the steps of a graph: every activity is given the config, so that they would fill the history many
 * times over. All that phases ask of the steps stays: whether candidates are tried. A chain stays as it is.
 */
export function withoutGraph<T extends { config: Config }>(input: T): T {
  const { steps } = input.config;
  if (!usesGraph(steps)) return input;
  const tries = steps.some((step) => executes(step));
  return { ...input, config: { ...input.config, steps: [{ type: tries ? 'execute' : 'noop', enabled: true }] } };
}

function executes({ type, enabled, steps = [] }: StepConfig): boolean {
  return enabled && (type === 'execute' || steps.some((member) => executes(member)));
}
