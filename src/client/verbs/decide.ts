import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { messageNames, type Decide } from '../../core/messages.js';
import { PerfloopError, type ErrorCode } from '../../core/errors.js';
import { whoActs, type CliContext } from '../context.js';
import { endedRun, withRun } from '../known-run.js';
import { answerMs } from '../observe.js';
import type { Session } from '../session.js';

export interface Decided {
  run: string;
  candidate: string;
  approve: boolean;
  /** `taken`: the run has it. `sent`: no worker answered; the run takes it when one is back, or ignores it where it does not apply. */
  delivery: 'taken' | 'sent';
}

/**
 * Approves or rejects a candidate (a trial's id, a candidate's, or `final` for the whole branch). Without a worker the
 * decision goes as a signal with the same id, so that it counts once even where both arrive.
 */
export async function decide(context: CliContext, options: { run: string; candidate: string; approve: boolean; comment: string }): Promise<Decided> {
  const { candidate, approve, comment } = options;
  const ended = endedRun(context, options.run);
  if (ended !== null) throw runOver(ended.run, ended.state);
  return await withRun(context, options.run, async ({ run, session }) => {
    const message: Decide = { v: 1, decisionId: randomUUID(), candidate, approve, who: whoActs(context), comment };
    const handle = session.client.workflow.getHandle(run);
    await refuseEnded(session, handle, run);
    try {
      await session.client.withDeadline(Date.now() + answerMs, async () => handle.executeUpdate(messageNames.decide, { args: [message], updateId: message.decisionId }));
      return { run, candidate, approve, delivery: 'taken' };
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw refused(error, run);
      await handle.signal(messageNames.decide, message);
      return { run, candidate, approve, delivery: 'sent' };
    }
  });
}

/** A run that has ended takes no messages. Throws PL_NO_SUCH_RUN or PL_RUN_OVER. */
export async function refuseEnded(session: Session, handle: WorkflowHandle, run: string): Promise<void> {
  let state: string;
  try {
    ({ status: { name: state } } = await session.client.withDeadline(Date.now() + answerMs, async () => handle.describe()));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) state = 'no longer known to the server';
    else throw error;
  }
  if (state === 'RUNNING' || state === 'PAUSED') return;
  throw runOver(run, state.toLowerCase());
}

export function runOver(run: string, state: string): PerfloopError {
  return new PerfloopError('PL_RUN_OVER', `run ${run} is over (${state})`, { where: run, fix: `See \`perfloop show ${run}\`.` });
}

export function refused(error: WorkflowUpdateFailedError, run: string): PerfloopError {
  const cause = error.cause instanceof ApplicationFailure ? error.cause : null;
  const code = cause?.type?.startsWith('PL_') ? (cause.type as ErrorCode) : 'PL_REFUSED';
  return new PerfloopError(code, cause?.message ?? error.message, { where: run, fix: `See what waits with \`perfloop show ${run}\`.`, cause: error });
}
