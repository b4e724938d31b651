import { ScheduleNotFoundError, WorkflowFailedError, WorkflowNotFoundError, type Client, type ScheduleDescription } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { FleetActivities, FleetRunInput, FleetRunResult } from '../../core/fleet/fleet-run.js';
import { sweepCompleted, type SweepOutcome } from '../../core/fleet/sweep.js';
import type { WatchResult } from '../../core/watch/contracts.js';
import { activity } from '../activity.js';

/** `client`: of the server that has the schedules. */
export function sweepActivities(client: Client): Pick<FleetActivities, 'fleetTargets' | 'fleetEnds'> {
  return {
    fleetTargets: activity(async ({ schedules }) => Promise.all(schedules.map(async (schedule) => targetOf(client, schedule)))),
    fleetEnds: activity(async ({ workflows }) => Promise.all(workflows.map(async (workflow) => endOf(client, workflow)))),
  };
}

type Found = Awaited<ReturnType<FleetActivities['fleetTargets']>>[number];

async function targetOf(client: Client, schedule: string): Promise<Found> {
  let described: ScheduleDescription;
  try {
    described = await client.schedule.getHandle(schedule).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return { kind: 'left-out', why: 'it was removed meanwhile' };
    throw error;
  }
  const [input] = (described.action.args ?? []) as [FleetRunInput?];
  if (input?.target === undefined) return { kind: 'left-out', why: 'its schedule was not made by perfloop, or was taken apart' };
  const [running] = described.info.runningActions;
  return running === undefined ? { kind: 'there', target: input.target } : { kind: 'left-out', why: `a run of its schedule goes on: ${running.workflow.workflowId}` };
}

/** Null: it goes on. */
async function endOf(client: Client, workflow: string): Promise<SweepOutcome | null> {
  const handle = client.workflow.getHandle<(input: FleetRunInput) => Promise<FleetRunResult | WatchResult>>(workflow);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return null;
    return sweepCompleted(await handle.result());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'lost' };
    if (error instanceof WorkflowFailedError) return failureOf(error.cause);
    throw error;
  }
}

function failureOf(cause: unknown): SweepOutcome {
  if (cause instanceof CancelledFailure) return { kind: 'cancelled' };
  if (cause instanceof TerminatedFailure) return { kind: 'terminated' };
  if (cause instanceof TimeoutFailure) return { kind: 'timed-out' };
  return { kind: 'failed', code: cause instanceof ApplicationFailure ? (cause.type ?? 'PL_BUG') : 'PL_BUG', message: cause instanceof Error ? cause.message : String(cause) };
}
