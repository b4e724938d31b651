import { WorkflowNotFoundError } from '@temporalio/client';
import { isDeepStrictEqual } from 'node:util';
import { alertMessages, alertsId, settingsMemo, type AlertsInput, type AlertSettings, type AlertsStatus } from '../../core/alerts/alerts.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Fleet } from '../../core/fleet/parse.js';
import { workflowTypes } from '../../core/inputs.js';
import { queues } from '../../core/queues.js';
import type { FleetServer } from './schedules.js';

/** Milliseconds in which a worker answers, or counts as away. */
const answerMs = 5000;

/** What `apply` does about the alerts of a fleet. */
export type AlertsChange = 'create' | 'update' | 'remove' | 'same' | 'none';

export async function alertsChange(server: FleetServer, fleet: Fleet): Promise<AlertsChange> {
  const stored = await storedSettings(server);
  const wanted = settingsOf(server, fleet);
  if (wanted === null) return stored === null ? 'none' : 'remove';
  if (stored === null) return 'create';
  return isDeepStrictEqual(watched(stored), watched(wanted)) ? 'same' : 'update';
}

export async function applyAlerts(server: FleetServer, fleet: Fleet): Promise<AlertsChange> {
  const change = await alertsChange(server, fleet);
  const settings = settingsOf(server, fleet);
  if (change === 'remove') await stopAlerts(server);
  if (settings === null || (change !== 'create' && change !== 'update')) return change;
  const { client, prefix } = server;
  const input: AlertsInput = { v: 1, fleet: fleet.name, queuePrefix: prefix, settings };
  await client.workflow.signalWithStart(workflowTypes.alerts, { workflowId: alertsId(prefix, fleet.name), taskQueue: queues.workflows(prefix), args: [input], signal: alertMessages.settings, signalArgs: [settings], workflowTaskTimeout: '5 seconds', memo: { fleet: fleet.name, [settingsMemo]: settings }, staticSummary: `alerts of fleet ${fleet.name}` });
  return change;
}

/** Does nothing where none are watched. */
export async function stopAlerts({ client, prefix, fleet }: FleetServer): Promise<void> {
  await client.workflow.getHandle(alertsId(prefix, fleet)).signal(alertMessages.stop).catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

/** Whether they are watched, and what is known of them; the status is null where no worker answers. */
export async function lookAtAlerts(server: FleetServer): Promise<{ watched: boolean; status: AlertsStatus | null }> {
  if ((await storedSettings(server)) === null) return { watched: false, status: null };
  const { client, prefix, fleet } = server;
  const asked = client.withDeadline(Date.now() + answerMs, () => client.workflow.getHandle(alertsId(prefix, fleet)).query<AlertsStatus>(alertMessages.status));
  return { watched: true, status: await asked.catch(() => null) };
}

/** Of the watch that goes on; null: there is none. */
async function storedSettings({ client, prefix, fleet }: FleetServer): Promise<AlertSettings | null> {
  try {
    const { status, memo } = await client.workflow.getHandle(alertsId(prefix, fleet)).describe();
    return status.name === 'RUNNING' ? ((memo?.[settingsMemo] as AlertSettings | undefined) ?? null) : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function settingsOf({ who }: FleetServer, { alerts: rules, targets }: Fleet): AlertSettings | null {
  if (rules === null) return null;
  return { rules, tags: [...new Set(targets.map(({ tag }) => tag ?? defaultConfig().machine.tag))].toSorted(), who };
}

/** Who applied it last changes nothing of what is watched. */
function watched({ rules, tags }: AlertSettings): unknown {
  // As it comes back from the server: what is undefined is not there.
  return JSON.parse(JSON.stringify({ rules, tags }));
}
