import { nodeAt, type PlanNode, rootOpen } from '../graph/node.js';
import { at, type CancelReason, isOver, type Machine, status, type Stop } from './state.js';

/** A node is over, and its dependents are to be told. The first member of a race that is done has won it. */
export function settle(machine: Machine, node: PlanNode, how: number): void {
  machine.nodes.status[node.index] = how;
  machine.settled.push(node.index);
  if (how === status.done && node.kind !== 'open' && node.within >= 0) win(machine, nodeAt(machine.plan, node.within), node);
}

function win(machine: Machine, open: PlanNode, winner: PlanNode): void {
  if (open.group !== 'race' || machine.winners.has(open.index)) return;
  machine.winners.set(open.index, winner.index);
  for (const need of nodeAt(machine.plan, open.partner).needs) if (need !== winner.index) drop(machine, nodeAt(machine.plan, need), { kind: 'lost', race: open.name, winner: winner.name });
}

/** The outermost group around a node that is ending before its time; null where none is. A group's ends count as in it. */
export function stopAround(machine: Machine, node: PlanNode): PlanNode | null {
  if (machine.stops.size === 0) return null;
  let found: PlanNode | null = null;
  let open = node.kind === 'close' ? node.partner : node.within;
  while (open >= 0) {
    const group = nodeAt(machine.plan, open);
    if (machine.stops.has(open)) found = group;
    open = group.within;
  }
  return found;
}

/**
 * Ends a group before its time: nothing in it starts any more. What runs is killed, unless the group failed: then it goes
 * on to its end. Returns whether nothing runs, so that the group is over at once.
 */
export function beginStop(machine: Machine, open: PlanNode, why: Stop['why'], reason: CancelReason | null): boolean {
  let running = 0;
  for (let index = open.index + 1; index <= open.partner; index++) {
    const how = at(machine.nodes.status, index);
    if (how === status.running) {
      running += 1;
      if (reason !== null) cancel(machine, index, reason);
    } else if (how === status.waiting || how === status.ready) neverRun(machine, index, status.cancelled);
  }
  machine.jumps = machine.jumps.filter(({ from }) => from <= open.index || from > open.partner);
  machine.stops.set(open.index, { why, running });
  return running === 0;
}

/** A step that runs is to be killed. The first reason stays. */
export function cancel(machine: Machine, index: number, reason: CancelReason): void {
  if (!machine.cancelling.has(index)) machine.cancelling.set(index, reason);
}

/** A node will not run in this pass. The error of an attempt that was to be repeated is not lost. */
export function neverRun(machine: Machine, index: number, how: typeof status.cancelled | typeof status.skipped): void {
  giveBack(machine, index);
  machine.jumpedOver.delete(index);
  keepLastError(machine, index, how === status.skipped);
  forgetAttempts(machine, index);
  machine.nodes.status[index] = how;
}

/** `handled`: a jump goes on past the error. */
export function keepLastError(machine: Machine, index: number, handled: boolean): void {
  const error = machine.lastErrors.get(index);
  if (error !== undefined) machine.errors.push({ ...error, handled });
}

/** A step that became ready was counted as an execution; it has not begun. */
export function giveBack(machine: Machine, index: number): void {
  if (at(machine.nodes.status, index) === status.ready && at(machine.nodes.attempts, index) === 0 && nodeAt(machine.plan, index).kind === 'step') machine.executions -= 1;
}

export function forgetAttempts(machine: Machine, index: number): void {
  machine.lastErrors.delete(index);
  machine.delayed.delete(index);
  machine.nodes.attempts[index] = 0;
}

/** A member of a race lost: what of it has not begun never does, what runs is killed. */
function drop(machine: Machine, last: PlanNode, reason: CancelReason): void {
  const how = at(machine.nodes.status, last.index);
  if (last.kind === 'step') {
    if (how === status.running) cancel(machine, last.index, reason);
    if (how !== status.waiting && how !== status.ready) return;
    neverRun(machine, last.index, status.cancelled);
    return settle(machine, last, status.cancelled);
  }
  const open = nodeAt(machine.plan, last.partner);
  // One that is ending already has its end marked, and still waits for what runs.
  if (isOver(how) && !machine.stops.has(open.index)) return;
  if (at(machine.nodes.status, open.index) === status.waiting) machine.nodes.status[open.index] = status.cancelled;
  if (!beginStop(machine, open, 'lost', reason)) return;
  forgetStops(machine, open);
  settle(machine, last, status.cancelled);
}

/** A group is over: it and those within it are ending no more. */
export function forgetStops(machine: Machine, open: PlanNode): void {
  for (const index of machine.stops.keys()) if (index >= open.index && index < open.partner) machine.stops.delete(index);
}

export function root(machine: Machine): PlanNode {
  return nodeAt(machine.plan, rootOpen);
}
