import { messageNames } from '../../core/messages.js';
import type { SweepRun } from '../../core/fleet/sweep.js';
import type { RunStatus } from '../../core/status.js';
import { askedOf } from '../events.js';
import { openRuns } from './ends.js';
import type { FleetServer } from './schedules.js';

/** A run of a sweep that goes on when a person has answered. */
export interface SweepWaiting {
  target: string;
  run: string;
  /** What can be decided on, as `perfloop approve RUN` takes it. None: no worker told. */
  asked: string[];
}

/** Milliseconds in which a worker answers, or counts as away. */
const answerMs = 2000;
/** More lines nobody reads; `perfloop fleet status` has them all. */
const mostWaiting = 10;

/** Which of the open runs wait for a person, and for what. None where the server does not say. */
export async function waitingOf({ client }: Pick<FleetServer, 'client'>, running: readonly SweepRun[]): Promise<SweepWaiting[]> {
  if (running.length === 0) return [];
  try {
    return await client.withDeadline(Date.now() + answerMs, async () => {
      const waiting = await openRuns(client, 'awaiting-approval');
      const of = running.flatMap(({ target, workflow }) => {
        const open = waiting.get(workflow);
        return open === undefined ? [] : [{ target, run: open.run }];
      });
      return Promise.all(of.slice(0, mostWaiting).map(async ({ target, run }) => ({ target, run, asked: await client.workflow.getHandle(run).query<RunStatus>(messageNames.status).then(askedOf, () => []) })));
    });
  } catch {
    return [];
  }
}
