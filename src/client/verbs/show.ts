import { messageNames } from '../../core/messages.js';
import type { RunStatus } from '../../core/status.js';
import type { ShownRun } from '../print/show.js';
import { branchOf } from '../../workspace/result-branch.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { foundIn } from '../found.js';
import { withStoredRun } from '../known-run.js';
import { noSuchRun } from '../resolve-run.js';
import type { Session } from '../session.js';

/** All that is known of a run: from the run itself where it goes on and answers, else from the store. */
export async function show(context: CliContext, text: string): Promise<ShownRun> {
  return await withStoredRun(context, text, async ({ run, store, session }) => {
    const stored = store?.runStatus(run) ?? null;
    const status = stored !== null && isOver(stored) ? stored : ((await live(session, run)) ?? stored);
    if (status === null) throw noSuchRun(text, { home: context.home.root, store });
    const rolledBack = store?.rollbacks.rolledBack(run) ?? [];
    return { status: rolledBack.length === 0 ? status : { ...status, rolledBack }, branch: branchOf(run), found: await foundIn(context.home, status) };
  });
}

async function live(session: Session | null, run: string): Promise<RunStatus | null> {
  if (session === null) return null;
  const { answerMs } = await import('../observe.js');
  try {
    return await session.client.withDeadline(Date.now() + answerMs, async () => session.client.workflow.getHandle(run).query<RunStatus>(messageNames.status));
  } catch {
    // No worker answers, or the server has forgotten the run: the store has the last status.
    return null;
  }
}
