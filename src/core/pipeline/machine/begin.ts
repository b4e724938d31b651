import { nodeLabel, type PlanNode } from '../graph/node.js';
import { at, type Machine, status } from './state.js';

/** A step of the plan by its name. Throws a plain error for an unknown one: the caller has a bug. */
export function stepNamed({ plan }: Machine, name: string): PlanNode {
  const node = plan.byName.get(name);
  if (node === undefined || node.kind !== 'step') throw new Error(`the plan has no step ${name}`);
  return node;
}

/**
 * A step begins. It is recorded as running, apart from its end, so that after a crash it is known what has to run again.
 * Throws a plain error when it is not ready: the caller has a bug.
 */
export function begin(machine: Machine, name: string, now: number): void {
  const node = stepNamed(machine, name);
  const { index } = node;
  const { nodes, history } = machine;
  if (machine.interrupted.delete(index)) history.end(index, 'CANCELLED', node.retain, now, 'interrupted', undefined);
  else {
    if (at(nodes.status, index) !== status.ready || machine.jumps.length > 0) throw new Error(`${nodeLabel(node)} is not ready; ask for what is ready again after each step that ends`);
    if (at(nodes.attempts, index) === 0) nodes.count[index] = at(nodes.count, index) + 1;
    nodes.status[index] = status.running;
    machine.delayed.delete(index);
    machine.running.add(index);
  }
  nodes.fresh[index] = 1;
  nodes.startedAt[index] = now;
  history.begin(index, at(nodes.count, index), at(nodes.attempts, index) + 1, node.retain, now);
  if (node.timeout !== null) machine.deadlines.add({ at: now + node.timeout, index, startedAt: now });
}
