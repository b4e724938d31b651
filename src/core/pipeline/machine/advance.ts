import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { arrive } from './arrive.js';
import { errorOf, failRun } from './fail.js';
import { isLive, takeJump } from './jump.js';
import { at, type Machine, status } from './state.js';
import { stopAround } from './stop.js';

/**
 * Tells the dependents of everything that is over, until nothing changes any more. While a jump is asked for nobody is
 * told: it is taken when nothing runs. A loop, no recursion: ten thousand steps may be skipped at once.
 */
export function advance(machine: Machine, now: number): void {
  while (machine.ended === null) {
    if (machine.jumps.length > 0) {
      if (machine.running.size > 0) return;
      land(machine, now);
      continue;
    }
    const index = machine.settled[machine.told];
    if (index === undefined) {
      machine.settled = [];
      machine.told = 0;
      return;
    }
    machine.told += 1;
    tell(machine, nodeAt(machine.plan, index), null, now);
  }
}

/** A group in which everything is skipped could jump to itself for ever without a single execution. */
function land(machine: Machine, now: number): void {
  const [jump] = machine.jumps;
  if (machine.jumpsTaken >= machine.plan.maxSteps && jump !== undefined) {
    const from = nodeAt(machine.plan, jump.from);
    machine.jumps = [];
    return failRun(machine, errorOf(machine, from, { code: 'PL_STEPS_EXHAUSTED', message: `${nodeLabel(from)} asks for one jump more than max_steps allows (${machine.plan.maxSteps}); a jump storm? Give the jumps a condition that ends them` }, 1));
  }
  const { over, again, target } = takeJump(machine);
  for (const index of over) tell(machine, nodeAt(machine.plan, index), again, now);
  if (target !== null && at(machine.nodes.status, target.index) === status.waiting) arrive(machine, target, now);
}

function tell(machine: Machine, node: PlanNode, except: Uint8Array | null, now: number): void {
  const { nodes } = machine;
  const live = isLive(machine, node);
  for (const index of node.dependents) {
    if (at(nodes.status, index) !== status.waiting || (except !== null && at(except, index) === 1)) continue;
    nodes.open[index] = at(nodes.open, index) - 1;
    if (live) nodes.live[index] = at(nodes.live, index) + 1;
    const dependent = nodeAt(machine.plan, index);
    if ((at(nodes.open, index) === 0 || (live && dependent.joinAny)) && stopAround(machine, dependent) === null) arrive(machine, dependent, now);
  }
}
