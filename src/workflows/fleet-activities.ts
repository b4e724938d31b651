import { CancellationScope, getExternalWorkflowHandle, isCancellation, proxyActivities, workflowInfo, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { NotifyConfig } from '../core/config/notify-schema.js';
import type { FleetActivities, FleetRunInput, FleetRunResult } from '../core/fleet/fleet-run.js';
import { sweepCompleted, type SweepOutcome } from '../core/fleet/sweep.js';
import { notificationEvents } from '../core/notify/notification.js';
import { queues } from '../core/queues.js';
import type { WatchResult } from '../core/watch/contracts.js';
import { describeFailure, refusal } from './failures.js';
import { notify } from './notify.js';
import { runEndedSignal } from './fleet.js';

export type FleetProxies<T> = ActivityInterfaceFor<T>;

/** Of the hub's worker, for what schedules of a fleet start. */
export function fleetProxies<T>(prefix: string): FleetProxies<T> {
  return proxyActivities<T>({
    taskQueue: queues.fleet(prefix),
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 },
  });
}

/** Does what a schedule or a sweep asks for. The sweep is told how it ended; after too many failures in a row the schedule is paused, with the reason. */
export async function inFleet<T extends FleetRunResult | WatchResult>(input: FleetRunInput, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await tellSweep(input, sweepCompleted(result));
    return result;
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(async () => tellSweep(input, { kind: 'cancelled' }));
      throw error;
    }
    const { schedule, target, queuePrefix } = input;
    const { code, message, where, fix } = describeFailure(error);
    const { paused, channels = rawChannels(target) } = await fleetProxies<FleetActivities>(queuePrefix).afterFailure.executeWithOptions({ summary: 'after a failure' }, [{ v: 1, schedule, workflow: workflowInfo().workflowId, execution: workflowInfo().runId, pauseAfter: target.pauseAfter, failure: `${code}: ${message}`, notify: target.overrides['notify'] }]);
    if (paused && channels.length > 0) await notify(queuePrefix, channels, { v: 1, id: `${workflowInfo().workflowId}.${workflowInfo().runId}.paused`, event: 'paused', at: Date.now(), target: target.name, run: null, title: `${target.name}: paused after ${target.pauseAfter === 1 ? 'a failure' : `${target.pauseAfter} failures in a row`}`, text: `${code}: ${message}\nperfloop fleet resume ${target.name}` });
    await tellSweep(input, { kind: 'failed', code, message });
    throw refusal(code, message, { ...(where === undefined ? {} : { where }), ...(fix === undefined ? {} : { fix }) });
  }
}

/** Where the hub of an earlier version has answered. It was checked when it was applied. */
function rawChannels({ overrides: { notify: channels } }: FleetRunInput['target']): NotifyConfig[] {
  return Array.isArray(channels) ? (channels as NotifyConfig[]).map((channel) => ({ ...channel, to: channel.to ?? [], events: channel.events ?? [...notificationEvents] })) : [];
}

/** Nobody has to listen: the sweep may be over. */
async function tellSweep({ sweep, target }: FleetRunInput, outcome: SweepOutcome): Promise<void> {
  if (sweep === undefined) return;
  await getExternalWorkflowHandle(sweep).signal(runEndedSignal, { target: target.name, outcome }).catch(() => undefined);
}
