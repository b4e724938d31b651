import { nodeAt, type Plan, type PlanNode } from '../graph/node.js';
import { encodeStates, executionsIn, type StepState } from '../step-states.js';
import { at, isOver, type Machine, status } from './state.js';

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
  /** The state of every step and group in file order, a letter each. Absent in runs of earlier versions, and where there are more than 2,000. */
  states?: string;
  /** Executions that do not follow from the state, as of what ran again: place in `states`, and how many. The first 200. */
  again?: [place: number, executions: number][];
}

const mostNames = 20;
export const mostStates = 2000;
const mostAgain = 200;

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
  const listed = nodes.filter(({ kind, name }) => kind !== 'close' && name !== '');
  if (listed.length > mostStates) return shown;
  const states = listed.map((node) => stateOf(machine, node));
  const again = listed.flatMap(({ index }, place): [number, number][] => (at(machine.nodes.count, index) === executionsIn(states[place] ?? 'waiting') ? [] : [[place, at(machine.nodes.count, index)]]));
  return { ...shown, states: encodeStates(states), ...(again.length === 0 ? {} : { again: again.slice(0, mostAgain) }) };
}

function stateOf(machine: Machine, node: PlanNode): StepState {
  const { plan, nodes } = machine;
  const begin = at(nodes.status, node.index);
  if (node.kind === 'step') return stateNames[begin] ?? 'waiting';
  const end = at(nodes.status, nodeAt(plan, node.partner).index);
  if (isOver(end) && !machine.stops.has(node.index)) return stateNames[end] ?? 'waiting';
  // Between the two ends of a group its members run, or are about to.
  return begin === status.done ? 'running' : (stateNames[begin] ?? 'waiting');
}

const stateNames: Readonly<Record<number, StepState>> = {
  [status.waiting]: 'waiting', [status.ready]: 'waiting', [status.running]: 'running', [status.done]: 'done',
  [status.failed]: 'failed', [status.skipped]: 'skipped', [status.disabled]: 'off', [status.cancelled]: 'cancelled',
};
