import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { NotifyConfig } from '../core/config/notify-schema.js';
import { workflowTypes } from '../core/inputs.js';
import type { NotificationInput } from '../core/notify/contract.js';
import type { Notification } from '../core/notify/notification.js';

/** Has something told to those who want it, by a workflow of its own: whoever has it told neither waits for it nor ends it. Twice is once. */
export async function notify(queuePrefix: string, channels: readonly NotifyConfig[], notification: Notification): Promise<void> {
  const wanting = channels.filter(({ events }) => events.includes(notification.event));
  if (wanting.length === 0) return;
  try {
    await startChild<(input: NotificationInput) => Promise<void>>(workflowTypes.notification, {
      workflowId: `notify/${notification.id}`,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: notification.title,
      args: [{ v: 1, queuePrefix, notification, channels: wanting }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
