import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { handleErrors } from './fail.js';
import { type AskedJump, at, isOver, type Machine, status, warn } from './state.js';
import { forgetAttempts, giveBack, keepLastError, neverRun } from './stop.js';
import { letGo, versionSeenBy } from './versions.js';

/** What a jump leaves to do: who is told of what is over, and the target where nothing keeps it waiting. */
export interface Landed {
  /** Nodes that are over and whose dependents do not know it. */
  over: readonly number[];
  /** Nodes that were looked at afresh, so that they know it already: 1. */
  again: Uint8Array;
  target: PlanNode | null;
}

/**
 * Takes the jump that was asked for; nothing runs. The target and all that depends on it run again, from the state as the
 * jumper left it. What lies on the way from the jumper to the target, or in a group that is left, and has not run, is
 * skipped in this pass; the target does not wait for it. It does wait for other branches that it needs.
 */
export function takeJump(machine: Machine): Landed {
  const [jump, ...others] = machine.jumps.toSorted((one, other) => one.from - other.from);
  if (jump === undefined) throw new Error('no jump was asked for');
  const { plan, nodes } = machine;
  const from = nodeAt(plan, jump.from);
  const target = nodeAt(plan, jump.target);
  for (const other of others) warn(machine, `${nodeLabel(from)} and ${nodeLabel(nodeAt(plan, other.from))} asked for a jump at once; the first in the file was taken, to \`${target.name}\`, and not that to \`${nodeAt(plan, other.target).name}\``);
  machine.jumps = [];
  machine.jumpsTaken += 1;
  const over = machine.settled.slice(machine.told);
  machine.settled = [];
  machine.told = 0;

  const again = below(machine, target);
  const left = nodes.versions[from.index] ?? null;
  const fresh = at(nodes.fresh, from.index);
  for (const index of jumpedOver(machine, jump, again)) {
    const node = nodeAt(plan, index);
    if (!node.needs.every((need) => isOver(at(nodes.status, need))) && at(nodes.status, index) === status.waiting) {
      machine.jumpedOver.add(index);
      continue;
    }
    neverRun(machine, index, status.skipped);
    if (node.kind === 'close') handleErrors(machine, node);
    nodes.versions[index] = versionSeenBy(machine, node);
    letGo(machine, node);
    over.push(index);
  }
  reset(machine, again);
  machine.queue = machine.queue.slice(machine.queueHead).filter((index) => at(nodes.status, index) === status.ready);
  machine.queueHead = 0;
  machine.landings.set(target.index, { input: jump.input, version: left });
  nodes.fresh[target.index] = fresh;
  return { over: over.filter((index) => again[index] === 0), again, target: at(nodes.open, target.index) === 0 ? target : null };
}

/** The target and all that needs it. Marked with 1. */
function below({ plan }: Machine, target: PlanNode): Uint8Array {
  const marks = new Uint8Array(plan.nodes.length);
  marks[target.index] = 1;
  const open = [target.index];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const dependent of nodeAt(plan, index).dependents) {
      if (at(marks, dependent) === 1) continue;
      marks[dependent] = 1;
      open.push(dependent);
    }
  }
  return marks;
}

/** What has not run and will not in this pass, in topological order. */
function jumpedOver(machine: Machine, { from, target }: AskedJump, again: Uint8Array): number[] {
  const { plan, nodes } = machine;
  const found = new Set<number>();
  const isLeft = (index: number): boolean => !isOver(at(nodes.status, index)) && at(again, index) === 0;
  if (at(again, from) === 0) {
    const after = below(machine, nodeAt(plan, from));
    const open = [target];
    const seen = new Set<number>();
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      for (const need of nodeAt(plan, index).needs) {
        if (seen.has(need) || at(after, need) === 0) continue;
        seen.add(need);
        open.push(need);
        if (isLeft(need)) found.add(need);
      }
    }
  }
  const group = groupLeft(machine, from, target);
  if (group !== null) for (let index = group.index; index <= group.partner; index++) if (isLeft(index)) found.add(index);
  return [...found].sort((one, other) => nodeAt(plan, one).position - nodeAt(plan, other).position);
}

/** The outermost group around the jumper that the target is not in. */
function groupLeft({ plan }: Machine, from: number, target: number): PlanNode | null {
  let found: PlanNode | null = null;
  for (let index = nodeAt(plan, from).within; index >= 0; index = nodeAt(plan, index).within) {
    const group = nodeAt(plan, index);
    if (target <= group.index || target > group.partner) found = group;
  }
  return found;
}

/** Nodes begin anew: they wait for those of their needs that run again, or have not run yet. */
function reset(machine: Machine, again: Uint8Array): void {
  const { plan, nodes } = machine;
  for (const { index, needs, dependents, kind } of plan.nodes) {
    if (at(again, index) === 0) continue;
    giveBack(machine, index);
    keepLastError(machine, index, true);
    forgetAttempts(machine, index);
    machine.landings.delete(index);
    machine.jumpedOver.delete(index);
    if (kind === 'open') {
      machine.winners.delete(index);
      machine.cut.delete(index);
    } else if (kind === 'close') {
      machine.winners.delete(nodeAt(plan, index).partner);
      // What failed in a race that is run again did not end the run. The whole is always run again, and has no say.
      if (nodeAt(plan, index).group === 'race') handleErrors(machine, nodeAt(plan, index));
    }
    nodes.status[index] = status.waiting;
    nodes.versions[index] = null;
    nodes.uses[index] = dependents.length;
    nodes.fresh[index] = 0;
    nodes.open[index] = 0;
    nodes.live[index] = 0;
    for (const need of needs) {
      if (at(again, need) === 1 || !isOver(at(nodes.status, need))) nodes.open[index] = at(nodes.open, index) + 1;
      else {
        nodes.uses[need] = at(nodes.uses, need) + 1;
        if (isLive(machine, nodeAt(plan, need))) nodes.live[index] = at(nodes.live, index) + 1;
      }
    }
  }
}

/** Whether a node that is over lets those run that need it. */
export function isLive({ plan, nodes }: Machine, node: PlanNode): boolean {
  const how = at(nodes.status, node.index);
  if (how === status.done || how === status.disabled) return true;
  return how === status.failed && node.goesOn && nodeAt(plan, node.within).group !== 'race';
}
