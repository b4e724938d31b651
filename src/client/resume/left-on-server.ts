import { WorkflowNotFoundError } from '@temporalio/common';
import { PerfloopError } from '../../core/errors.js';
import { messageNames } from '../../core/messages.js';
import { endedWithout, type Progress, type RunLeft } from '../../core/run/progress.js';
import type { RunStatus } from '../../core/status.js';
import { note, type CliContext } from '../context.js';
import { openSession, type Session } from '../session.js';

/** A worker replays the history of the run before it answers. */
const answerMs = 60_000;

/**
 * What a run left that the store does not know to be over: one that was terminated wrote no end of its own, and the server
 * still has its history. Throws `PL_RUN_NOT_OVER` where it goes on, and `PL_NO_PROGRESS` where nothing of it is there.
 */
export async function leftOnServer(context: CliContext, { run, state }: RunStatus): Promise<{ status: RunStatus; progress: Progress | null }> {
  const session = await openSession(context);
  try {
    const how = await endOnServer(session, run);
    if (how === 'RUNNING') throw new PerfloopError('PL_RUN_NOT_OVER', `run ${run} has not ended (${state}), and goes on by itself`, { where: run, fix: `Follow it: \`perfloop attach ${run}\`. To end it first: \`perfloop stop ${run}\`.` });
    if (how === null) throw noProgress(run, 'the server no longer knows it');
    note(context, `run ${run} ended on the server (${how.toLowerCase()}) without a word; what it knew is read from its history`);
    const left = await asked(session, run, how);
    return endedWithout(left, 'The run was ended on the server before this was decided.', Date.now());
  } finally {
    await session.close();
  }
}

/** Such as `TERMINATED`; null where the server knows no such run. */
async function endOnServer({ client }: Session, run: string): Promise<string | null> {
  try {
    return (await client.workflow.getHandle(run).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function asked({ client }: Session, run: string, how: string): Promise<RunLeft> {
  try {
    return await client.withDeadline(Date.now() + answerMs, () => client.workflow.getHandle(run).query<RunLeft>(messageNames.progress));
  } catch (error) {
    throw noProgress(run, `it ended on the server (${how.toLowerCase()}), and its history does not answer: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function noProgress(run: string, why: string, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_NO_PROGRESS', `nothing is known of how far run ${run} came: ${why}`, { where: run, fix: 'Start a new run without --resume.', ...(cause === undefined ? {} : { cause }) });
}
