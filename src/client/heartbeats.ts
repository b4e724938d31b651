import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalSinglePayload } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import type { StageProgress } from '../core/status.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** What the activities under way last said of their sampling, or of what is built for it. The server keeps it, so it is there while no worker lives. */
export async function samplingIn({ raw }: WorkflowExecutionDescription, client: Client): Promise<StageProgress[]> {
  const found = await Promise.all((raw.pendingActivities ?? []).map(async (activity) => await progressOf(activity, client)));
  return found.filter((progress) => progress !== null);
}

async function progressOf(activity: PendingActivity, client: Client): Promise<StageProgress | null> {
  const payload = activity.heartbeatDetails?.payloads?.[0];
  if (payload === undefined) return null;
  const details: unknown = await decodeOptionalSinglePayload(client.options.loadedDataConverter, payload);
  return isProgress(details) ? details : null;
}

function isProgress(value: unknown): value is StageProgress {
  if (typeof value !== 'object' || value === null || !('stage' in value) || !('doing' in value)) return false;
  return value.doing === 'building' ? 'build' in value && 'of' in value : 'pairs' in value && 'most' in value;
}

/** temporal.api.enums.v1.PendingActivityState */
const scheduled = 1;

/** Whether an activity of this workflow waits for a worker to try it again: its first one is gone. */
export function awaitsRetry(description: WorkflowExecutionDescription): boolean {
  return (description.raw.pendingActivities ?? []).some((activity) => Number(activity.state) === scheduled && (activity.attempt ?? 1) > 1);
}
