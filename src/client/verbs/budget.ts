import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { messageNames, type SetBudget } from '../../core/messages.js';
import { PerfloopError } from '../../core/errors.js';
import type { RunStatus } from '../../core/status.js';
import { whoActs, type CliContext } from '../context.js';
import { endedRun, withRun } from '../known-run.js';
import { answerMs } from '../observe.js';
import { refused, refuseEnded, runOver } from './decide.js';

export interface BudgetChange {
  maxTrials?: number;
  maxWallMs?: number;
  rounds?: number;
}

export interface BudgetGiven {
  run: string;
  changed: BudgetChange;
  /** As it is now, with what is used of it. */
  budget: RunStatus['budget'];
}

/** Gives a run that goes on another budget; who, when and why are kept with it. Throws PL_USAGE, PL_RUN_OVER, PL_NO_WORKER. */
export async function budget(context: CliContext, text: string, changed: BudgetChange, comment = ''): Promise<BudgetGiven> {
  if (Object.keys(changed).length === 0) throw new PerfloopError('PL_USAGE', 'nothing of the budget is to be changed', { where: 'perfloop budget', fix: 'Give --trials N, --max-wall DURATION or --rounds N, or several of them.' });
  const ended = endedRun(context, text);
  if (ended !== null) throw runOver(ended.run, ended.state);
  return await withRun(context, text, async ({ run, session }) => {
    const handle = session.client.workflow.getHandle(run);
    await refuseEnded(session, handle, run);
    const message: SetBudget = { v: 1, ...changed, who: whoActs(context), comment };
    try {
      const budget = await session.client.withDeadline(Date.now() + 5 * answerMs, async () => handle.executeUpdate<RunStatus['budget'], [SetBudget]>(messageNames.setBudget, { args: [message] }));
      return { run, changed, budget };
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw refused(error, run);
      // It ended meanwhile.
      if (error instanceof WorkflowNotFoundError) throw runOver(run, 'over');
      // The server keeps the update for a worker; whether one takes it is not known here.
      throw new PerfloopError('PL_NO_WORKER', 'no worker answered, so that it is not known whether the run has its new budget', { where: run, fix: `See \`perfloop show ${run}\` once a worker runs, and give the budget again where it does not say so.`, cause: error });
    }
  });
}
