import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { FleetActivities } from '../../core/fleet/fleet-run.js';
import { activity } from '../activity.js';

/** `client`: of the server that has the schedules. */
export function afterFailureActivity(client: Client): FleetActivities['afterFailure'] {
  return activity(async ({ schedule, workflow, pauseAfter, failure }) => {
    const handle = client.schedule.getHandle(schedule);
    const described = await handle.describe().catch((error: unknown) => {
      // It was removed meanwhile, or the run was asked for without one.
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    });
    if (described === null || described.state.paused) return { paused: false };
    const earlier = described.info.recentActions.map(({ action }) => action.workflow.workflowId).filter((id) => id !== workflow);
    let failures = 1;
    for (const id of earlier.toReversed()) {
      if (failures >= pauseAfter || !(await hasFailed(client, id))) break;
      failures += 1;
    }
    if (failures < pauseAfter) return { paused: false };
    await handle.pause(`paused by perfloop after ${failures === 1 ? 'a failure' : `${failures} failures in a row`}; the last: ${failure.slice(0, 500)}`);
    return { paused: true };
  });
}

/** Where the server keeps nothing of it any more, nobody can say so. */
async function hasFailed(client: Client, workflow: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflow).describe();
    return status.name === 'FAILED' || status.name === 'TIMED_OUT';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
