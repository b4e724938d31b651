import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { queues } from '../../core/queues.js';

/** Whether something listens there. */
export async function answers(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return await new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), timeout: 2000 });
    const end = (there: boolean): void => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Waits until the condition holds; throws the signal's reason when it is aborted. */
export async function waitFor(condition: () => Promise<boolean>, everyMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await condition()) return;
    await sleep(everyMs, undefined, { signal });
  }
}

type QueueType = NonNullable<Parameters<Client['connection']['workflowService']['describeTaskQueue']>[0]['taskQueueType']>;

/** temporal.api.enums.v1.TaskQueueType */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the SDK's public face has the enum as a type only
export const queueTypes: Record<'workflow' | 'activity', QueueType> = { workflow: 1, activity: 2 };

/** Who asks for tasks of a queue, or has done so a short while ago. */
export async function pollersOf(client: Client, name: string, type: QueueType) {
  const { pollers } = await client.connection.workflowService.describeTaskQueue({ namespace: client.options.namespace, taskQueue: { name }, taskQueueType: type });
  return pollers ?? [];
}

/** Whether a worker that began after `since` (milliseconds since the epoch) asks for workflow tasks, and one for the store's activities. */
export async function workerPolls(client: Client, queuePrefix: string, since: number): Promise<boolean> {
  const wanted = [
    { name: queues.workflows(queuePrefix), type: queueTypes.workflow },
    { name: queues.hub(queuePrefix), type: queueTypes.activity },
  ];
  const polled = await Promise.all(wanted.map(async ({ name, type }) => await pollersOf(client, name, type)));
  return polled.every((pollers) => pollers.some(({ lastAccessTime }) => lastAccessTime && tsToMs(lastAccessTime) >= since));
}
