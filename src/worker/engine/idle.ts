import type { Client } from '@temporalio/client';
import type { Home } from '../../store/home.js';
import { lastUse } from './state.js';

const tenMinutes = 600_000;

/** After how long without a client the engine may leave, milliseconds. */
export function idleLimitMs(env: NodeJS.ProcessEnv): number {
  const set = Number(env['PERFLOOP_IDLE_MS']);
  return set > 0 ? set : tenMinutes;
}

/** No client came for as long as the limit. */
export function unusedFor(home: Home, startedAt: number, limitMs: number): boolean {
  return Date.now() - Math.max(lastUse(home), startedAt) >= limitMs;
}

/** All but the entries of hosts in their list, which do nothing by themselves. */
export const openWork = "ExecutionStatus = 'Running' AND WorkflowType != 'host'";

/** Something would still happen, or waits for somebody: an open run, or a schedule that is not paused. */
export async function hasWork(client: Client): Promise<boolean> {
  const { count } = await client.workflow.count(openWork);
  if (count > 0) return true;
  for await (const schedule of client.schedule.list()) {
    if (!schedule.state?.paused) return true;
  }
  return false;
}
