import { formatDuration } from '../../duration-text.js';
import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { jumpsAfterFailure } from './ask-jump.js';
import type { ErrorInfo, PipelineError } from './errors.js';
import { preview, rootCause } from './errors.js';
import { inputIfAny, lastNodesOfMembers } from './outputs.js';
import { at, type CancelReason, type Machine, status } from './state.js';
import { beginStop, forgetStops, root, settle, stopAround } from './stop.js';
import { joinedFor } from './versions.js';

/** An error of a node's current execution, or of the one that was about to begin. */
export function errorOf(machine: Machine, node: PlanNode, error: ErrorInfo, attempt: number): PipelineError {
  const { count, status: statuses } = machine.nodes;
  const begun = at(count, node.index) + (node.kind !== 'step' || at(statuses, node.index) === status.running ? 0 : 1);
  return {
    step: node.name,
    count: Math.max(1, begun),
    attempt,
    run: machine.run,
    input: preview(inputIfAny(machine, node.kind === 'close' ? nodeAt(machine.plan, node.partner) : node)),
    message: error.message,
    code: error.code ?? null,
    root: rootCause(error),
    handled: false,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  };
}

/**
 * A step or group has failed for good, and its errors are in the list. In a race the others go on; with on_fail =
 * continue so does what needs it; a jump of its own that is for failures is taken; otherwise the group around it ends, up to
 * the whole pipeline.
 */
export function failed(machine: Machine, node: PlanNode): void {
  const { within } = node;
  if (within < 0) {
    machine.nodes.status[node.index] = status.failed;
    machine.ended = 'failed';
    return;
  }
  if (nodeAt(machine.plan, within).group === 'race') return settle(machine, node, status.failed);
  machine.nodes.status[node.index] = status.failed;
  const last = node.next.length === 0 ? undefined : errorsWithin(machine, node).at(-1);
  const jumped = last !== undefined && jumpsAfterFailure(machine, node, last);
  if (jumped || node.goesOn) {
    handleErrors(machine, node);
    if (node.kind === 'close') machine.nodes.versions[node.index] = machine.nodes.versions[node.partner] ?? null;
    return settle(machine, node, status.failed);
  }
  endGroup(machine, nodeAt(machine.plan, within), 'failed', null);
}

/** Ends a group before its time, and what its end means for the groups around it. */
export function endGroup(machine: Machine, open: PlanNode, why: 'failed' | 'lost' | 'timeout' | 'stopped', reason: CancelReason | null): void {
  if (beginStop(machine, open, why, reason)) stopped(machine, open);
}

/** One step fewer runs in a group that is ending. */
export function oneLess(machine: Machine, open: PlanNode): void {
  const stop = machine.stops.get(open.index);
  if (stop === undefined) return;
  stop.running -= 1;
  if (stop.running === 0) stopped(machine, open);
}

/** Nothing runs any more in a group that ended before its time. */
export function stopped(machine: Machine, open: PlanNode): void {
  const why = machine.stops.get(open.index)?.why;
  const close = nodeAt(machine.plan, open.partner);
  forgetStops(machine, open);
  switch (why) {
    case 'failed':
      return failed(machine, close);
    case 'lost':
      return settle(machine, close, status.cancelled);
    case 'timeout':
      return timedOut(machine, open, close);
    case 'stopped':
      machine.nodes.status[close.index] = status.cancelled;
      machine.ended = 'cancelled';
      return;
    case undefined:
      throw new Error(`${nodeLabel(open)} did not end before its time`);
  }
}

function timedOut(machine: Machine, open: PlanNode, close: PlanNode): void {
  const members = lastNodesOfMembers(machine, close);
  const finished = members.filter(({ index }) => at(machine.nodes.status, index) === status.done);
  if (open.onTimeout === 'finished' && open.group !== 'race') {
    machine.cut.add(open.index);
    // Of members that were not done, such as a race of which some had failed.
    handleErrors(machine, close);
    machine.nodes.versions[close.index] = joinedFor(machine, close, [open, ...finished].flatMap(({ index }) => machine.nodes.versions[index] ?? []));
    if (close.within < 0) {
      machine.nodes.status[close.index] = status.done;
      machine.ended = 'done';
      return;
    }
    return settle(machine, close, status.done);
  }
  const names = (list: readonly PlanNode[]): string => list.map(({ name }) => name).join(', ') || 'none';
  machine.errors.push(
    errorOf(machine, close, { code: 'PL_STEP_TIMEOUT', message: `${nodeLabel(open)} took longer than its timeout of ${formatDuration(open.timeout ?? 0)}; finished: ${names(finished)}; not finished: ${names(members.filter((member) => !finished.includes(member)))}` }, 1),
  );
  failed(machine, close);
}

/** The errors of a step, or of what is in a group, did not end the run. */
export function handleErrors(machine: Machine, node: PlanNode): void {
  for (const error of errorsWithin(machine, node)) error.handled = true;
}

function errorsWithin(machine: Machine, node: PlanNode): PipelineError[] {
  const first = node.kind === 'close' ? node.partner : node.index;
  return machine.errors.filter(({ step }) => {
    const index = machine.plan.byName.get(step)?.index;
    return index !== undefined && index >= first && index <= node.index;
  });
}

/** The whole run ends because of an error that is no step's own affair; what runs goes on to its end. */
export function failRun(machine: Machine, error: PipelineError): void {
  machine.errors.push(error);
  if (!machine.stops.has(0)) endGroup(machine, root(machine), 'failed', null);
}

/** A step cannot be run in this pass: its condition, for one, cannot be evaluated. */
export function failBefore(machine: Machine, node: PlanNode, error: ErrorInfo): void {
  machine.errors.push(errorOf(machine, node, error, 1));
  if (node.kind === 'open') {
    machine.nodes.status.fill(status.cancelled, node.index, node.partner);
    failed(machine, nodeAt(machine.plan, node.partner));
  } else failed(machine, node);
}

/** Whether the group around a node is ending, so that a step's end is only counted. */
export function endedInStop(machine: Machine, node: PlanNode): boolean {
  const around = stopAround(machine, node);
  if (around === null) return false;
  oneLess(machine, around);
  return true;
}
