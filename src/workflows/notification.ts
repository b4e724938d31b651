import { proxyActivities } from '@temporalio/workflow';
import type { NotificationInput, NotifyActivities } from '../core/notify/contract.js';
import { queues } from '../core/queues.js';
import { describeFailure, refusal } from './failures.js';

/** Tells one thing to every place that wants it, for a day where a place does not answer. One place does not wait for another. */
export async function notification({ queuePrefix, notification: told, channels }: NotificationInput): Promise<void> {
  const activities = proxyActivities<NotifyActivities>({
    taskQueue: queues.notify(queuePrefix),
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '10 seconds',
    scheduleToCloseTimeout: '24 hours',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '15 minutes' },
  });
  const ends = await Promise.allSettled(channels.map((channel) => activities.deliver.executeWithOptions({ summary: `${channel.kind} ${channel.url}` }, [{ v: 1, notification: told, channel }])));
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [describeFailure(end.reason).message] : []));
  if (failed.length > 0) throw refusal('PL_NOTIFY', `${told.id} was not delivered: ${failed.join('; ')}`, { fix: 'See docs/notifications.md, and the environment of the worker with --hub.' });
}
