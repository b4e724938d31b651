import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { PerfloopError } from '../../core/errors.js';
import { workflowTypes } from '../../core/inputs.js';
import { queues } from '../../core/queues.js';
import type { RollbackInput, RollbackResult } from '../../core/rollback/rollback.js';
import { whoActs, type CliContext } from '../context.js';
import { withRun } from '../known-run.js';
import type { Session } from '../session.js';

/** The hub may have a branch to move. */
const answerMs = 10_000;

export interface RollbackAsked extends RollbackResult {
  undo: boolean;
  /** `sent`: no hub answered; it does this when it is back, and `patches` is empty. */
  delivery: 'done' | 'sent';
}

/** Rolls back what a run was the first to accept, or the trials that are named; or gives it back. Throws PL_NOTHING_TO_ROLL_BACK. */
export async function rollBack(context: CliContext, options: { run: string; trials: readonly string[]; undo: boolean; why: string }): Promise<RollbackAsked> {
  return withRun(context, options.run, async ({ run, session }) => {
    const { trials, undo, why } = options;
    const id = randomUUID();
    const result = await asked(session, { v: 1, queuePrefix: session.settings.queuePrefix, request: { v: 1, id, run, trials: [...trials], undo, who: whoActs(context), why } });
    if (result === null) return { run, patches: [], undo, delivery: 'sent' };
    if (result.patches.length === 0) throw nothing(run, trials, undo);
    return { ...result, undo, delivery: 'done' };
  });
}

/** Null: no hub answered in time. */
async function asked({ client }: Session, input: RollbackInput): Promise<RollbackResult | null> {
  const { run, id, undo } = input.request;
  const handle = await client.workflow.start<(input: RollbackInput) => Promise<RollbackResult>>(workflowTypes.rollback, { taskQueue: queues.workflows(input.queuePrefix), workflowId: `${run}/rollback-${id}`, args: [input], staticSummary: `${undo ? 'give back' : 'roll back'} ${run}` });
  try {
    return await client.withDeadline(Date.now() + answerMs, async () => handle.result());
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw error;
    return null;
  }
}

function nothing(run: string, trials: readonly string[], undo: boolean): PerfloopError {
  const of = trials.length === 0 ? run : `${trials.join(', ')} of ${run}`;
  if (undo) return new PerfloopError('PL_NOTHING_TO_ROLL_BACK', `nothing of ${of} is rolled back`, { where: run, fix: `See \`perfloop show ${run}\`.` });
  return new PerfloopError('PL_NOTHING_TO_ROLL_BACK', `${of} accepted nothing first that is not rolled back already`, { where: run, fix: `See \`perfloop show ${run}\`; a patch that it had from an earlier run is named with \`--trial\`.` });
}
