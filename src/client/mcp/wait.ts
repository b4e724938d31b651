import type { RunStatus } from '../../core/status.js';
import type { CliContext } from '../context.js';
import { asksPerson, isOver } from '../events.js';
import { follow, type Sink } from '../follow.js';
import { storedStatus, withStoredRun } from '../known-run.js';
import type { Look } from '../observe.js';
import type { Call } from './register.js';

/**
 * Follows a run until it is over, waits for a person, or the time is up; it goes on whatever happens to the call. Null where
 * it has not said anything by then.
 */
export async function waitFor(context: CliContext, run: string, waitMs: number, { signal, progress }: Pick<Call, 'signal' | 'progress'>): Promise<RunStatus | null> {
  const asked = new AbortController();
  let said = '';
  const sink: Sink = {
    show({ status }) {
      if (status === null) return;
      if (asksPerson(status)) asked.abort();
      const doing = `${status.phase}: ${status.doing}`;
      // A client that has left hears nothing of it.
      if (doing !== said) void progress(doing).catch(() => undefined);
      said = doing;
    },
    close: () => undefined,
  };
  const detach = AbortSignal.any([signal, AbortSignal.timeout(waitMs), asked.signal]);
  return await withStoredRun(context, run, async ({ session }) => {
    const stored = () => storedStatus(context, run);
    if (session === null) return (await follow({ look: async () => inStore(stored()) }, sink, detach)).status;
    const { RunObserver } = await import('../observe.js');
    return (await follow(new RunObserver(session.client, run, stored), sink, detach)).status;
  });
}

/** What is known of a run where no server is there. */
const inStore = (status: RunStatus | null): Look => ({ status, sampling: [], over: status !== null && isOver(status), link: 'server-away' });
