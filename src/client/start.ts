import { WorkflowIdReusePolicy } from '@temporalio/common';
import { workflowTypes } from '../core/inputs.js';
import { queues } from '../core/queues.js';
import { settleUploads } from '../store/uploads.js';
import { startOptions, type Start } from '../workflows/start-options.js';
import type { Session } from './session.js';

/** Starts the run's workflow under its id. */
export async function startWorkflow({ client, settings }: Session, start: Start): Promise<void> {
  // Setting an attribute that the server does not know wedges the workflow, so that is found out before.
  const { ensureSearchAttributes } = await import('../worker/engine/search-attributes.js');
  await ensureSearchAttributes(client);
  // The worker may be another host: what the input names must be there for it.
  await settleUploads();
  await client.workflow.start(workflowTypes[start.kind], {
    ...startOptions(start),
    taskQueue: queues.workflows(settings.queuePrefix),
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    args: [start.input],
  });
}
