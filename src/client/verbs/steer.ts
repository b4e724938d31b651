import { messageNames, type Steer } from '../../core/messages.js';
import { whoActs, type CliContext } from '../context.js';
import { endedRun, withRun } from '../known-run.js';
import { refuseEnded, runOver } from './decide.js';

export type Steering = 'pause' | 'resume' | 'stop' | 'cancel';

export interface Steered {
  run: string;
  sent: Steering;
}

/** Tells a run to pause after the current trial, to go on, to end after the current trial, or to end at once, with who says so and why. */
export async function steer(context: CliContext, text: string, what: Steering, comment = ''): Promise<Steered> {
  const ended = endedRun(context, text);
  if (ended !== null) throw runOver(ended.run, ended.state);
  return await withRun(context, text, async ({ run, session }) => {
    const handle = session.client.workflow.getHandle(run);
    await refuseEnded(session, handle, run);
    const message: Steer = { v: 1, who: whoActs(context), comment };
    await handle.signal(messageNames[what === 'cancel' ? 'cancelling' : what], message);
    if (what === 'cancel') await handle.cancel();
    return { run, sent: what };
  });
}
