import { CancellationScope, getExternalWorkflowHandle, isCancellation, ParentClosePolicy, proxyActivities, startChild, uuid4, workflowInfo } from '@temporalio/workflow';
import type { FleetActivities, FleetRunInput, FleetRunResult } from '../core/fleet/fleet-run.js';
import { sweptId } from '../core/fleet/schedules.js';
import type { SweepOutcome } from '../core/fleet/sweep.js';
import { workflowTypes, type RunInput } from '../core/inputs.js';
import { queues } from '../core/queues.js';
import { runIdOf } from '../core/run-id.js';
import { startOptions } from './start-options.js';
import type { RunStatus } from '../core/status.js';
import { describeFailure, refusal } from './failures.js';
import { runEndedSignal } from './fleet.js';

/** A run of a target of a fleet, from the head of its branch. The run goes on when this is ended. */
export async function fleetRun(input: FleetRunInput): Promise<FleetRunResult> {
  const { target, schedule, queuePrefix } = input;
  const activities = proxyActivities<FleetActivities>({
    taskQueue: queues.fleet(queuePrefix),
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 },
  });
  try {
    const run = runIdOf('run', BigInt(`0x${uuid4().replaceAll('-', '').slice(0, 10)}`));
    // A sweep looks itself whether the schedule runs the target.
    const besides = input.sweep === undefined ? { besides: sweptId(schedule) } : {};
    const prepared = await activities.prepareRun.executeWithOptions({ summary: `fetch ${target.name}` }, [{ v: 1, run, target, fleet: input.fleet, ...besides, queuePrefix, who: input.who }]);
    if ('underWay' in prepared) return { run: null, base: null, accepted: 0, speedup: null };
    const status = await theRun({ v: 1, run, ...prepared, queuePrefix, who: input.who, fleet: { name: input.fleet, target: target.name } });
    const result: FleetRunResult = { run, base: status.target.base, accepted: status.accepted, speedup: status.speedup === null ? null : { ratio: status.speedup.ratio, ci95: status.speedup.ci95 } };
    await tellSweep(input, { kind: 'completed', ...result });
    return result;
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(async () => tellSweep(input, { kind: 'cancelled' }));
      throw error;
    }
    const { code, message, where, fix } = describeFailure(error);
    await activities.afterFailure.executeWithOptions({ summary: 'after a failure' }, [{ v: 1, schedule, workflow: workflowInfo().workflowId, execution: workflowInfo().runId, pauseAfter: target.pauseAfter, failure: `${code}: ${message}` }]);
    await tellSweep(input, { kind: 'failed', code, message });
    throw refusal(code, message, { ...(where === undefined ? {} : { where }), ...(fix === undefined ? {} : { fix }) });
  }
}

/** Nobody has to listen: the sweep may be over. */
async function tellSweep({ sweep, target }: FleetRunInput, outcome: SweepOutcome): Promise<void> {
  if (sweep === undefined) return;
  await getExternalWorkflowHandle(sweep).signal(runEndedSignal, { target: target.name, outcome }).catch(() => undefined);
}

async function theRun(input: RunInput): Promise<RunStatus> {
  const child = await startChild<(input: RunInput) => Promise<RunStatus>>(workflowTypes.run, { ...startOptions({ kind: 'run', input }), args: [input], parentClosePolicy: ParentClosePolicy.ABANDON });
  return child.result();
}
