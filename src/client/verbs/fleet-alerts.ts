import { alertMessages, alertsId, type Acknowledge, type AlertsStatus } from '../../core/alerts/alerts.js';
import { PerfloopError } from '../../core/errors.js';
import type { CliContext } from '../context.js';
import { lookAtAlerts } from '../fleet/alerts.js';
import type { FleetServer } from '../fleet/schedules.js';
import { withFleet } from './fleet.js';

/** The alerts of the fleet that are open, and what was told last. */
export async function fleetAlerts(context: CliContext, file: string | undefined): Promise<{ fleet: string } & AlertsStatus> {
  return withFleet(context, file, async (fleet, server) => ({ fleet: fleet.name, ...(await knownAlerts(server)) }));
}

/** Says that somebody takes care of an alert: it is told no more until it is over. Throws PL_NO_SUCH_ALERT. */
export async function acknowledgeAlert(context: CliContext, file: string | undefined, alert: string, why: string): Promise<{ fleet: string; alert: string }> {
  return withFleet(context, file, async (fleet, server) => {
    const open = (await knownAlerts(server)).open.map(({ id }) => id);
    if (!open.includes(alert)) throw new PerfloopError('PL_NO_SUCH_ALERT', `no alert ${alert} is open`, { where: fleet.name, fix: open.length === 0 ? 'None is.' : `These are: ${open.slice(0, 20).join(', ')}.` });
    const told: Acknowledge = { v: 1, alert, who: server.who, why };
    await server.client.workflow.getHandle(alertsId(server.prefix, fleet.name)).signal(alertMessages.acknowledge, told);
    return { fleet: fleet.name, alert };
  });
}

async function knownAlerts(server: FleetServer): Promise<AlertsStatus> {
  const { watched, status } = await lookAtAlerts(server);
  if (status !== null) return status;
  if (watched) throw new PerfloopError('PL_NO_WORKER', 'no worker answers for the alerts', { where: alertsId(server.prefix, server.fleet), fix: 'Start one with `perfloop worker --hub`, or see `perfloop doctor`.' });
  throw new PerfloopError('PL_NO_ALERTS', `no alerts of the fleet ${server.fleet} are watched`, { where: server.fleet, fix: 'Write `[alerts]` into the fleet file, see docs/fleet.md, and run `perfloop fleet apply`.' });
}
