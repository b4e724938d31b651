import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { z } from 'zod';
import { notifySchema, type NotifyConfig } from '../../core/config/notify-schema.js';
import type { FleetActivities } from '../../core/fleet/fleet-run.js';
import { countsSince } from '../../core/fleet/resumed.js';
import { sweptId } from '../../core/fleet/schedules.js';
import { activity } from '../activity.js';

/** `client`: of the server that has the schedules. */
export function afterFailureActivity(client: Client): FleetActivities['afterFailure'] {
  return activity(async ({ schedule, workflow, execution, pauseAfter, failure, notify }) => {
    const handle = client.schedule.getHandle(schedule);
    const described = await handle.describe().catch((error: unknown) => {
      // It was removed meanwhile, or the run was asked for without one.
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    });
    if (described === null || described.state.paused) return { paused: false };
    const scheduled = described.info.recentActions.map(({ action: { workflow: of }, takenAt }) => ({ of, at: takenAt.getTime() }));
    const since = countsSince({ lastUpdatedAt: described.info.lastUpdatedAt, note: described.state.note });
    const earlier = [...scheduled, ...(await sweptRuns(client, sweptId(schedule)))].filter(({ of, at }) => at > since && (of.workflowId !== workflow || (execution !== undefined && of.firstExecutionRunId !== execution))).toSorted((one, other) => other.at - one.at);
    let failures = 1;
    for (const { of } of earlier) {
      if (failures >= pauseAfter || !(await hasFailed(client, of))) break;
      failures += 1;
    }
    if (failures < pauseAfter) return { paused: false };
    await handle.pause(`paused by perfloop after ${failures === 1 ? 'a failure' : `${failures} failures in a row`}; the last: ${failure.slice(0, 500)}`);
    return { paused: true, channels: channelsOf(notify) };
  });
}

/** What the fleet file says: the repository may be what cannot be reached. It was checked when it was applied. */
function channelsOf(notify: unknown): NotifyConfig[] {
  return z.array(notifySchema).catch([]).parse(notify ?? []);
}

interface Run {
  workflowId: string;
  firstExecutionRunId: string;
}

/** Runs of the target by sweeps, which its schedule knows nothing of. */
async function sweptRuns(client: Client, workflowId: string): Promise<{ of: Run; at: number }[]> {
  const runs: { of: Run; at: number }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push({ of: { workflowId, firstExecutionRunId: runId }, at: startTime.getTime() });
  return runs;
}

/** Where the server keeps nothing of it any more, nobody can say so. */
async function hasFailed(client: Client, { workflowId, firstExecutionRunId }: Run): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId, firstExecutionRunId).describe();
    return status.name === 'FAILED' || status.name === 'TIMED_OUT';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
