import { setMaxListeners } from 'node:events';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { PerfloopError } from '../core/errors.js';
import { secretVariables } from '../core/config/named-variables.js';
import { secretsOfEnvironment, withoutSecrets } from '../measure/known-secrets.js';
import { withUploads } from '../store/uploads.js';
import { supersede } from './supersede.js';

/** What an activity may use of the attempt that it runs in. */
export interface Attempt {
  /** Aborted on cancel, on time-out of the heartbeat, and when the worker shuts down. */
  signal: AbortSignal;
  /** Sent with the next heartbeat; the live view reads it, and a retry finds it. */
  report(details: unknown): void;
}

const heartbeatEveryMs = 1000;
/** An unexpected error may be a passing one of the machine; the same one three times is a bug. */
const triesOfUnexpected = 3;

/**
 * Makes an activity of a function: heartbeats on a timer, never on output; expected errors keep their code and are not
 * retried; a full disk says so; a cancelled attempt ends as cancelled; it returns when what it put can be read by other hosts.
 */
export function activity<Input, Output>(body: (input: Input, attempt: Attempt) => Promise<Output>): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    const clean = cleanOf(input);
    let details: unknown = context.info.heartbeatDetails ?? null;
    const beat = setInterval(() => context.heartbeat(details), heartbeatEveryMs);
    const report = (next: unknown): void => {
      details = clean(next);
      context.heartbeat(details);
    };
    const work = `${context.info.workflowExecution?.workflowId ?? ''} ${context.info.activityType} ${JSON.stringify(input)}`;
    try {
      const made = await supersede(work, context.cancellationSignal, (signal) => {
        // Every command of the attempt listens for its end.
        setMaxListeners(0, signal);
        return withUploads(signal, () => body(input, { signal, report }));
      });
      return clean(made);
    } catch (error) {
      throw cleanFailure(asFailure(error, context), clean);
    } finally {
      clearInterval(beat);
    }
  };
}

/** What goes into a history stays there, so that is the last place to look: whatever an activity gives or throws has no secret of this process, or of the config that it was given. */
function cleanOf(input: unknown): <T>(value: T) => T {
  const config = typeof input === 'object' && input !== null && 'config' in input ? input.config : null;
  const secrets = secretsOfEnvironment(process.env, secretVariables(config));
  return (value) => withoutSecrets(value, secrets);
}

/** Where a secret is in it, nothing stays of what is behind it either. */
function cleanFailure(failure: unknown, clean: <T>(value: T) => T): unknown {
  if (!(failure instanceof ApplicationFailure)) return failure;
  const { type, message, details, nonRetryable, cause } = failure;
  const told = { message, details: details ?? [], behind: textsOf(cause) };
  if (clean(told) === told) return failure;
  return ApplicationFailure.create({ ...(type == null ? {} : { type }), message: clean(message), details: clean(told.details), nonRetryable: nonRetryable ?? false });
}

function textsOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, error.stack ?? '', ...textsOf(error.cause)] : [];
}

function asFailure(error: unknown, context: Context): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (context.cancellationSignal.aborted) return new CancelledFailure('cancelled');
  if (error instanceof PerfloopError) return ApplicationFailure.create({ type: error.code, message: problemsOf(error), nonRetryable: true, details: [error.toJSON()], cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return ApplicationFailure.create({ type: 'PL_DISK_FULL', message: `the disk is full: ${message}`, nonRetryable: true, details: [{ fix: 'Make room, then start the run again: what was measured so far is kept.' }], cause: asError(error) });
  }
  return ApplicationFailure.create({ type: 'PL_BUG', message, nonRetryable: context.info.attempt >= triesOfUnexpected, cause: asError(error) });
}

function problemsOf(error: PerfloopError): string {
  return error.problems.length === 0 ? error.message : `${error.message}: ${error.problems.join('; ')}`;
}

function asError(error: unknown): Error | undefined {
  return error instanceof Error ? error : undefined;
}
