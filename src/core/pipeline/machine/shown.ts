import type { Plan } from '../graph/node.js';
import { at, type Machine, status } from './state.js';

/** How far a round of steps is, for people. It stays small however many steps there are. */
export interface StepsShown {
  /** Steps of the plan. */
  steps: number;
  done: number;
  failed: number;
  /** Skipped, disabled, or ended because others had decided. */
  left: number;
  /** Executions begun; more than steps where some ran again. */
  executions: number;
  /** Names of those that run: the first 20. */
  running: string[];
}

const mostNames = 20;

/** O(steps). */
export function stepsShown({ nodes, steps }: Plan, machine: Machine): StepsShown {
  const shown: StepsShown = { steps, done: 0, failed: 0, left: 0, executions: machine.executions, running: [] };
  for (const { kind, index, name } of nodes) {
    if (kind !== 'step') continue;
    const how = at(machine.nodes.status, index);
    if (how === status.done) shown.done += 1;
    else if (how === status.failed) shown.failed += 1;
    else if (how > status.failed) shown.left += 1;
    else if (how === status.running && shown.running.length < mostNames) shown.running.push(name);
  }
  return shown;
}
