import type { Client } from '@temporalio/client';
import type { AlertActivities } from '../../core/alerts/alerts.js';
import type { FleetActivities } from '../../core/fleet/fleet-run.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import type { StoreWriter } from '../../store/writer.js';
import { actOnAlertActivity } from '../alerts/act.js';
import { rollBackForAlert } from '../alerts/roll-back.js';
import { lookAtFleetActivity, type ListHosts } from '../alerts/look.js';
import { tellAlertsActivity } from '../alerts/tell.js';
import { afterFailureActivity } from './after-failure.js';
import { prepareRunActivity } from './prepare-run.js';
import { sweepActivities } from './sweep.js';

/** What runs, sweeps and alerts of a fleet ask of the hub's worker. */
export function fleetActivities({ home, artifacts, store, client, env, hosts }: { home: Home; artifacts: ArtifactStore; store: StoreWriter; client: Client; env: NodeJS.ProcessEnv; hosts: ListHosts }): FleetActivities & AlertActivities {
  return {
    prepareRun: prepareRunActivity({ home, artifacts, client }),
    afterFailure: afterFailureActivity(client),
    ...sweepActivities(client),
    lookAtFleet: lookAtFleetActivity({ home, client, hosts }),
    actOnAlert: actOnAlertActivity({ home, env, client, rollBack: rollBackForAlert({ home, artifacts, store }) }),
    tellAlerts: tellAlertsActivity({ home }),
  };
}
