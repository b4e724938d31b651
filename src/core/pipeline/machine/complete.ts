import { formatDuration } from '../../duration-text.js';
import { nodeLabel, type PlanNode } from '../graph/node.js';
import { advance } from './advance.js';
import { stepNamed } from './begin.js';
import type { ErrorInfo } from './errors.js';
import { endedInStop, errorOf, failed } from './fail.js';
import { at, type CancelReason, type Machine, status } from './state.js';
import { forgetAttempts, settle, stopAround } from './stop.js';
import { succeed, type Success } from './succeed.js';

export type Outcome =
  | ({ kind: 'done' } & Success)
  /** `retry: false`: another attempt would fail as well. */
  | { kind: 'failed'; error: ErrorInfo; retry?: boolean }
  /** It was killed, as `toCancel` asked. */
  | { kind: 'cancelled' };

/**
 * A step that was begun has ended. Throws a plain error when it does not run: the caller has a bug.
 * Amortized O(1) and what its dependents look at; a jump costs O(nodes + edges).
 */
export function complete(machine: Machine, name: string, outcome: Outcome, now: number): void {
  const node = stepNamed(machine, name);
  if (!machine.running.delete(node.index)) throw new Error(`${nodeLabel(node)} ended and does not run`);
  machine.interrupted.delete(node.index);
  const reason = machine.cancelling.get(node.index);
  machine.cancelling.delete(node.index);
  if (reason !== undefined) killed(machine, node, reason, now);
  else ended(machine, node, outcome, now);
  advance(machine, now);
}

function ended(machine: Machine, node: PlanNode, outcome: Outcome, now: number): void {
  switch (outcome.kind) {
    case 'done': {
      const problem = succeed(machine, node, outcome, now);
      if (problem !== null) return attemptFailed(machine, node, problem, false, now);
      forgetAttempts(machine, node.index);
      endedInStop(machine, node);
      return;
    }
    case 'failed':
      return attemptFailed(machine, node, outcome.error, outcome.retry !== false, now);
    case 'cancelled':
      return attemptFailed(machine, node, { code: 'PL_STEP_CANCELLED', message: `${nodeLabel(node)} was cancelled, and the run did not ask for it` }, false, now);
  }
}

function killed(machine: Machine, node: PlanNode, reason: CancelReason, now: number): void {
  if (reason.kind === 'timeout') {
    const message = `${nodeLabel(node)}, execution ${at(machine.nodes.count, node.index)}, attempt ${at(machine.nodes.attempts, node.index) + 1}: took longer than its timeout of ${formatDuration(node.timeout ?? 0)}`;
    return attemptFailed(machine, node, { code: 'PL_STEP_TIMEOUT', message }, true, now);
  }
  machine.history.end(node.index, 'CANCELLED', node.retain, now, null, undefined);
  const error = machine.lastErrors.get(node.index);
  if (error !== undefined) machine.errors.push(error);
  forgetAttempts(machine, node.index);
  machine.nodes.status[node.index] = status.cancelled;
  if (!endedInStop(machine, node)) settle(machine, node, status.cancelled);
}

function attemptFailed(machine: Machine, node: PlanNode, error: ErrorInfo, again: boolean, now: number): void {
  const attempt = at(machine.nodes.attempts, node.index) + 1;
  const full = errorOf(machine, node, error, attempt);
  machine.history.end(node.index, 'FAILED', node.retain, now, error.message, undefined);
  if (again && attempt < (node.retry?.attempts ?? 1) && stopAround(machine, node) === null) {
    machine.nodes.attempts[node.index] = attempt;
    machine.nodes.status[node.index] = status.ready;
    machine.lastErrors.set(node.index, full);
    machine.delayed.set(node.index, now + waitBefore(node, attempt));
    return;
  }
  machine.errors.push(full);
  forgetAttempts(machine, node.index);
  machine.nodes.status[node.index] = status.failed;
  if (!endedInStop(machine, node)) failed(machine, node);
}

/** Milliseconds between an attempt that failed and the next one. */
function waitBefore({ retry }: PlanNode, failedAttempt: number): number {
  const { backoff = 0, factor = 2, max_backoff: most = longestWait } = retry ?? {};
  return Math.min(most, longestWait, backoff * factor ** (failedAttempt - 1));
}

/** A day. */
const longestWait = 86_400_000;
