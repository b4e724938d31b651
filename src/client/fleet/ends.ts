import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { FleetRunInput, FleetRunResult } from '../../core/fleet/fleet-run.js';
import { searchAttributes } from '../../core/messages.js';
import type { RunState } from '../../core/status.js';
import type { WatchResult } from '../../core/watch/contracts.js';

/** How a workflow of a target ended. */
export interface TargetEnd {
  /** Of the server, in lower case: `completed`, `failed`; `unknown` where its history is gone. */
  state: string;
  result: FleetRunResult | WatchResult | null;
  /** Why it failed. */
  failure: { code: string; message: string } | null;
}

export async function endOf(client: Client, workflow: string): Promise<TargetEnd> {
  const handle = client.workflow.getHandle<(input: FleetRunInput) => Promise<FleetRunResult | WatchResult>>(workflow);
  // Its history may be gone by now.
  const state = await handle.describe().then(({ status }) => status.name.toLowerCase(), () => 'unknown');
  if (state === 'completed') return { state, result: await handle.result(), failure: null };
  return { state, result: null, failure: state === 'failed' ? await handle.result().then(() => null, failureOf) : null };
}

function failureOf(error: unknown): TargetEnd['failure'] {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  return { code: cause instanceof ApplicationFailure ? (cause.type ?? 'PL_BUG') : 'PL_BUG', message: cause instanceof Error ? cause.message : String(cause) };
}

/** A run that a target's workflow has begun, as its search attributes tell. */
export interface OpenRun {
  run: string;
  /** `running`, `paused`, `awaiting-approval` … */
  state: string;
}

/** Runs that go on, by the workflow that began each. `only`: those in that state. */
export async function openRuns(client: Client, only?: RunState): Promise<Map<string, OpenRun>> {
  const runs = new Map<string, OpenRun>();
  for await (const { workflowId: run, parentExecution, searchAttributes: found } of client.workflow.list({ query: `WorkflowType = "run" AND ExecutionStatus = "Running"${only === undefined ? '' : ` AND ${searchAttributes.status} = "${only}"`}` })) {
    const state = found[searchAttributes.status]?.[0];
    if (parentExecution?.workflowId) runs.set(parentExecution.workflowId, { run, state: typeof state === 'string' ? state : 'running' });
  }
  return runs;
}
