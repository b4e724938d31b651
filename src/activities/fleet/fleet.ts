import type { Client } from '@temporalio/client';
import type { FleetActivities } from '../../core/fleet/fleet-run.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import { afterFailureActivity } from './after-failure.js';
import { prepareRunActivity } from './prepare-run.js';
import { sweepActivities } from './sweep.js';

/** What runs and sweeps of a fleet ask of the hub's worker. */
export function fleetActivities({ home, artifacts, client }: { home: Home; artifacts: ArtifactStore; client: Client }): FleetActivities {
  return { prepareRun: prepareRunActivity({ home, artifacts, client }), afterFailure: afterFailureActivity(client), ...sweepActivities(client) };
}
