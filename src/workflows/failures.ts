import { ActivityFailure, ApplicationFailure, CancellationScope, ChildWorkflowFailure, isCancellation, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import type { RunStatus } from '../core/status.js';

/** Nobody took the work from the host's queue: the host is down, or its device is busy with other work. */
export function isUnclaimed(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START';
}

export function applicationCause(error: unknown): ApplicationFailure | null {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return applicationCause(error.cause);
  return null;
}

/** A cancel ended the work; also one that came while no worker lived: then the activity timed out before it could end. */
export function wasCancelled(error: unknown): boolean {
  return isCancellation(error) || (CancellationScope.current().consideredCancelled && applicationCause(error) === null);
}

export function hasCode(error: unknown, code: string): boolean {
  return applicationCause(error)?.type === code;
}

interface Details {
  where?: string;
  fix?: string;
}

/** The error as `status` shows it: the stable code, the place and the remedy where there are some. */
export function describeFailure(error: unknown): NonNullable<RunStatus['error']> {
  const cause = applicationCause(error);
  if (cause !== null) {
    const details = (cause.details?.[0] ?? {}) as Details;
    return { code: cause.type ?? 'PL_BUG', message: cause.message, ...(details.where === undefined ? {} : { where: details.where }), ...(details.fix === undefined ? {} : { fix: details.fix }) };
  }
  const root = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? (error.cause ?? error) : error;
  return { code: 'PL_BUG', message: root instanceof Error ? root.message : String(root) };
}

/** An expected end of a workflow, with its code. */
export function refusal(code: string, message: string, details: Details = {}): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [details] });
}

/** What a workflow may be left with: a plain error would fail the task of the workflow again and again, and never the workflow. */
export function endingWith(code: string, error: unknown): unknown {
  if (error instanceof TemporalFailure) return error;
  return refusal(code, error instanceof Error ? error.message : String(error));
}
