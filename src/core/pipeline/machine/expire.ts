import { asksPerson } from '../graph/definition.js';
import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { advance } from './advance.js';
import type { Deadline } from './deadlines.js';
import { endGroup } from './fail.js';
import { at, type CancelReason, isOver, type Machine, status } from './state.js';
import { cancel, root, stopAround } from './stop.js';

/** When `expire` has something to do, in milliseconds of the caller's clock; null: never as things are. */
export function nextDeadline(machine: Machine): number | null {
  return machine.ended === null ? (machine.deadlines.first((deadline) => holds(machine, deadline))?.at ?? null) : null;
}

/** What has taken longer than it may is to be killed: see `toCancel`. */
export function expire(machine: Machine, now: number): void {
  for (;;) {
    const deadline = machine.ended === null ? machine.deadlines.first((one) => holds(machine, one)) : undefined;
    if (deadline === undefined || deadline.at > now) break;
    machine.deadlines.drop();
    const node = nodeAt(machine.plan, deadline.index);
    if (node.kind === 'step') cancel(machine, node.index, { kind: 'timeout' });
    else expireGroup(machine, node);
  }
  advance(machine, now);
}

function expireGroup(machine: Machine, open: PlanNode): void {
  const reason: CancelReason = { kind: 'group-timeout', group: open.name };
  if (stopAround(machine, nodeAt(machine.plan, open.partner)) === null) return endGroup(machine, open, 'timeout', reason);
  // It is ending already, and what runs goes on to its end; that has taken too long, too.
  for (const index of machine.running) if (index > open.index && index < open.partner) cancel(machine, index, reason);
}

function holds(machine: Machine, { index, startedAt }: Deadline): boolean {
  const node = nodeAt(machine.plan, index);
  if (at(machine.nodes.startedAt, index) !== startedAt) return false;
  if (node.kind === 'step') return at(machine.nodes.status, index) === status.running && !machine.interrupted.has(index);
  // A race that is won only waits for its losers to be gone.
  if (machine.winners.has(index)) return false;
  return at(machine.nodes.status, index) === status.done && (!isOver(at(machine.nodes.status, node.partner)) || machine.stops.has(index));
}

/** A running step that is to be killed; it is over when the caller says so. */
export interface Cancellation {
  name: string;
  reason: CancelReason;
}

/** The running steps that a timeout, the end of a race or a stop has ended. */
export function toCancel(machine: Machine): Cancellation[] {
  return Array.from(machine.cancelling, ([index, reason]) => ({ name: nodeAt(machine.plan, index).name, reason }));
}

/** Of steps that wait for a person: those are to be killed whose group is ending, since their answer would change nothing. */
export function withdrawUnneeded(machine: Machine): void {
  if (machine.stops.size === 0) return;
  for (const index of machine.running) {
    const node = nodeAt(machine.plan, index);
    const group = asksPerson(node.definition) ? stopAround(machine, node) : null;
    if (group !== null) cancel(machine, index, { kind: 'stopped', why: `${nodeLabel(group)} is ending` });
  }
}

/** Ends the whole run: nothing starts any more, what runs is to be killed. */
export function stop(machine: Machine, why: string, now: number): void {
  if (machine.ended !== null) return;
  endGroup(machine, root(machine), 'stopped', { kind: 'stopped', why });
  advance(machine, now);
}
