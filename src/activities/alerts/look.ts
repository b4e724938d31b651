import type { Client } from '@temporalio/client';
import type { AlertActivities } from '../../core/alerts/alerts.js';
import { conditionsOf } from '../../core/alerts/conditions.js';
import type { FleetObservation } from '../../core/alerts/observation.js';
import type { AlertRules } from '../../core/alerts/schema.js';
import { queues } from '../../core/queues.js';
import { openFleetFigures } from '../../store/fleet-figures.js';
import type { Home } from '../../store/home.js';
import { activity } from '../activity.js';

/** More at once would be read by nobody. */
const mostConditions = 100;
/** Windows before this one whose throughput is the usual one. */
const windowsBefore = 14;
const dayMs = 86_400_000;

/** The hosts that the server has entries of. */
export type ListHosts = () => Promise<FleetObservation['hosts']>;

/** Holds the bounds against what the store and the server say. */
export function lookAtFleetActivity({ home, client, hosts }: { home: Home; client: Client; hosts: ListHosts }): AlertActivities['lookAtFleet'] {
  return activity(async ({ fleet, queuePrefix, at, rules, tags }) => {
    const backlog = await Promise.all(tags.map(async (tag) => backlogOf(client, queuePrefix, tag)));
    return conditionsOf({ at, backlog, hosts: await hosts(), ...stored(home, fleet, at, rules) }, rules).slice(0, mostConditions);
  });
}

function stored(home: Home, fleet: string, at: number, { window }: AlertRules): Pick<FleetObservation, 'phases' | 'throughput' | 'spentInADay' | 'waiting'> {
  const figures = openFleetFigures(home.db, fleet);
  if (figures === null) return { phases: [], throughput: { windowMs: window, decided: 0, before: [] }, spentInADay: 0, waiting: [] };
  try {
    const before = Array.from({ length: windowsBefore }, (_, index) => figures.decided(at - (index + 2) * window, at - (index + 1) * window)).filter((count) => count !== null);
    return { phases: figures.phases(at - window), throughput: { windowMs: window, decided: figures.decided(at - window, at) ?? 0, before }, spentInADay: figures.spent(at - dayMs), waiting: figures.waiting() };
  } finally {
    figures.close();
  }
}

/** Work that no host has taken, and the hosts that ask for it. */
async function backlogOf(client: Client, prefix: string, tag: string): Promise<FleetObservation['backlog'][number]> {
  const { stats, pollers } = await client.connection.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queues.kind(prefix, tag) },
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- temporal.api.enums.v1.TaskQueueType: an activity
    taskQueueType: 2,
    reportStats: true,
  });
  return { tag, waiting: Number(stats?.approximateBacklogCount ?? 0), hosts: new Set((pollers ?? []).map(({ identity }) => identity)).size };
}
