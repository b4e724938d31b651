import { messageNames, type Stop } from '../../core/messages.js';
import { whoAmI, type CliContext } from '../context.js';
import { endedRun, withRun } from '../known-run.js';
import { refuseEnded, runOver } from './decide.js';

export type Steering = 'pause' | 'resume' | 'stop' | 'cancel';

export interface Steered {
  run: string;
  sent: Steering;
}

/** Tells a run to pause after the current trial, to go on, to end after the current trial, or to end at once. */
export async function steer(context: CliContext, text: string, what: Steering): Promise<Steered> {
  const ended = endedRun(context, text);
  if (ended !== null) throw runOver(ended.run, ended.state);
  return await withRun(context, text, async ({ run, session }) => {
    const handle = session.client.workflow.getHandle(run);
    await refuseEnded(session, handle, run);
    if (what === 'cancel') await handle.cancel();
    else if (what === 'stop') await handle.signal(messageNames.stop, { v: 1, who: whoAmI(context.env) } satisfies Stop);
    else await handle.signal(messageNames[what]);
    return { run, sent: what };
  });
}
