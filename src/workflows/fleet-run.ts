import { ParentClosePolicy, startChild, uuid4 } from '@temporalio/workflow';
import type { FleetActivities, FleetRunInput, FleetRunResult } from '../core/fleet/fleet-run.js';
import { sweptId } from '../core/fleet/schedules.js';
import { workflowTypes, type RunInput } from '../core/inputs.js';
import { runIdOf } from '../core/run-id.js';
import type { RunStatus } from '../core/status.js';
import { fleetProxies, inFleet } from './fleet-activities.js';
import { startOptions } from './start-options.js';

/** A run of a target of a fleet, from the head of its branch. The run goes on when this is ended. */
export async function fleetRun(input: FleetRunInput): Promise<FleetRunResult> {
  const { target, schedule, queuePrefix } = input;
  return inFleet(input, async () => {
    const run = runIdOf('run', BigInt(`0x${uuid4().replaceAll('-', '').slice(0, 10)}`));
    // A sweep looks itself whether the schedule runs the target.
    const besides = input.sweep === undefined ? { besides: sweptId(schedule) } : {};
    const prepared = await fleetProxies<FleetActivities>(queuePrefix).prepareRun.executeWithOptions({ summary: `fetch ${target.name}` }, [{ v: 1, run, target, fleet: input.fleet, ...besides, queuePrefix, who: input.who }]);
    if ('underWay' in prepared) return { run: null, base: null, accepted: 0, speedup: null };
    const status = await theRun({ v: 1, run, ...prepared, queuePrefix, who: input.who, fleet: { name: input.fleet, target: target.name } });
    return { run, base: status.target.base, accepted: status.accepted, speedup: status.speedup === null ? null : { ratio: status.speedup.ratio, ci95: status.speedup.ci95 } };
  });
}

async function theRun(input: RunInput): Promise<RunStatus> {
  const child = await startChild<(input: RunInput) => Promise<RunStatus>>(workflowTypes.run, { ...startOptions({ kind: 'run', input }), args: [input], parentClosePolicy: ParentClosePolicy.ABANDON });
  return child.result();
}
