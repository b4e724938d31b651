import type { PlanNode } from '../graph/node.js';
import { at, type DoneStep, type Earlier, type Machine } from './state.js';
import { succeed } from './succeed.js';

/** What an earlier run completed, to be looked up by step and count. */
export function earlierOf(done: readonly DoneStep[], hashes: ReadonlyMap<string, string>): Earlier {
  return { steps: new Map(done.map((step) => [keyOf(step.step, step.count), step])), hashes };
}

/** Takes the end of a step from an earlier run that had the same settings. Returns whether there was one. */
export function completeFrom(machine: Machine, node: PlanNode, now: number): boolean {
  const count = at(machine.nodes.count, node.index) + 1;
  const done = machine.earlier?.steps.get(keyOf(node.name, count));
  if (done === undefined || done.hash !== machine.earlier?.hashes.get(node.name)) return false;
  machine.nodes.count[node.index] = count;
  machine.history.begin(node.index, count, 1, node.retain, now);
  const problem = succeed(machine, node, done, now);
  if (problem === null) return true;
  machine.history.end(node.index, 'FAILED', node.retain, now, problem.message, undefined);
  machine.nodes.count[node.index] = count - 1;
  return false;
}

function keyOf(step: string, count: number): string {
  return `${count} ${step}`;
}
