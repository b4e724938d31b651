import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import { sweepId } from '../../core/fleet/schedules.js';
import type { SweepEnd, SweepInput, SweepStatus } from '../../core/fleet/sweep.js';
import { workflowTypes } from '../../core/inputs.js';
import { messageNames } from '../../core/messages.js';
import { queues } from '../../core/queues.js';
import type { FleetServer } from './schedules.js';
import { waitingOf, type SweepWaiting } from './sweep-waiting.js';

/** Milliseconds in which a worker answers, or counts as away. */
const answerMs = 2000;
/** Milliseconds between two looks. */
const pace = 1000;
/** And between two about what waits for a person. */
const waitingPace = 5000;

/** Throws PL_FLEET_SWEEPING where one is open. */
export async function startSweep({ client, prefix, fleet, who }: FleetServer, { targets, open, mostEvents }: Pick<SweepInput, 'targets' | 'open' | 'mostEvents'>): Promise<void> {
  const input: SweepInput = { v: 1, fleet, targets, open, queuePrefix: prefix, who, ...(mostEvents === undefined ? {} : { mostEvents }) };
  try {
    await client.workflow.start(workflowTypes.fleet, { taskQueue: queues.workflows(prefix), workflowId: sweepId(prefix, fleet), args: [input], workflowTaskTimeout: '5 seconds', memo: { fleet, who }, staticSummary: `${targets.length} targets of fleet ${fleet}` });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new PerfloopError('PL_FLEET_SWEEPING', `a sweep of the fleet ${fleet} is under way`, { where: sweepId(prefix, fleet), fix: 'Follow it with `perfloop fleet attach`, or end it with `perfloop fleet stop` first.', cause: error });
  }
}

export function sweepHandle({ client, prefix, fleet }: FleetServer): WorkflowHandle {
  return client.workflow.getHandle(sweepId(prefix, fleet));
}

/** Null where the server knows no sweep of the fleet, or no worker answers. `from`: ends before are left out. */
export async function lookAtSweep(server: FleetServer, from = 0): Promise<SweepStatus | null> {
  try {
    return await askSweep(server, from);
  } catch {
    return null;
  }
}

async function askSweep(server: FleetServer, from: number): Promise<SweepStatus> {
  return server.client.withDeadline(Date.now() + answerMs, () => sweepHandle(server).query<SweepStatus, [{ from: number }]>(messageNames.status, { from }));
}

/** Throws PL_FLEET_NO_SWEEP where the server knows none, with `open`: none that goes on. */
export async function checkSweep(server: FleetServer, { open }: { open: boolean }): Promise<void> {
  const state = await sweepHandle(server).describe().then(({ status }) => status.name, (error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  if (state === 'RUNNING' || (state !== null && !open)) return;
  throw new PerfloopError('PL_FLEET_NO_SWEEP', `no sweep of the fleet ${server.fleet} is under way`, { where: sweepId(server.prefix, server.fleet), fix: 'Start one with `perfloop fleet run`.' });
}

export interface SweepLook {
  status: SweepStatus | null;
  /** Ends that are new. */
  news: SweepEnd[];
  /** Runs that wait for a person. */
  waiting: SweepWaiting[];
}

/** Shows a sweep until it ends, or until `detach` is aborted, which leaves it as it is. Gives what it knew last, with all ends. */
export async function followSweep(server: FleetServer, detach: AbortSignal, show: (look: SweepLook) => void): Promise<SweepStatus | null> {
  const ended: SweepEnd[] = [];
  let last: SweepStatus | null = null;
  let [waiting, asksAt]: [SweepWaiting[], number] = [[], 0];
  while (!detach.aborted) {
    const status = await lookAtSweep(server, ended.length);
    const news = status?.ended ?? [];
    ended.push(...news);
    last = status === null ? last : { ...status, ended };
    if (performance.now() >= asksAt) [waiting, asksAt] = [await waitingOf(server, status?.running ?? []), performance.now() + waitingPace];
    show({ status, news, waiting });
    // Of one that was cancelled or terminated the last status does not say so.
    if (status?.endedAt != null || (status !== null && (await isClosed(server)))) break;
    await sleep(pace, undefined, { signal: detach }).catch(() => undefined);
  }
  return last;
}

async function isClosed(server: FleetServer): Promise<boolean> {
  return sweepHandle(server).describe().then(({ status }) => status.name !== 'RUNNING', () => false);
}
