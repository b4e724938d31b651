import type { WorkerOptions } from '@temporalio/worker';
import { PerfloopError } from '../core/errors.js';

/** Which build of the workflows a worker runs, for a server that keeps each run on the build that began it. */
export interface DeploymentVersion {
  deployment: string;
  build: string;
}

const deploymentName = /^[A-Za-z0-9_-]{1,100}$/;
const buildName = /^[A-Za-z0-9._+-]{1,100}$/;

/** Reads PERFLOOP_DEPLOYMENT and PERFLOOP_BUILD_ID (default: the version of perfloop); null without a deployment. Throws PL_DEPLOYMENT. */
export function deploymentOf(env: NodeJS.ProcessEnv, version: string): DeploymentVersion | null {
  const deployment = env['PERFLOOP_DEPLOYMENT'] || null;
  const build = env['PERFLOOP_BUILD_ID'] || version;
  const fix = 'Write both, such as --deployment perfloop --build-id 0.2.0.';
  if (deployment === null && env['PERFLOOP_BUILD_ID']) throw new PerfloopError('PL_DEPLOYMENT', 'a build id is one of a deployment, and none is named', { where: '--build-id or PERFLOOP_BUILD_ID', fix });
  if (deployment === null) return null;
  if (!deploymentName.test(deployment)) throw new PerfloopError('PL_DEPLOYMENT', `no name of a deployment: ${deployment}`, { where: '--deployment or PERFLOOP_DEPLOYMENT', fix: `It has letters, digits, _ and -, since Temporal puts the build behind a dot or a colon. ${fix}` });
  if (!buildName.test(build)) throw new PerfloopError('PL_DEPLOYMENT', `no build id: ${build}`, { where: '--build-id or PERFLOOP_BUILD_ID', fix: `It has letters, digits and . _ + -. ${fix}` });
  return { deployment, build };
}

/**
 * A run stays on the build that began it (pinned), through all of its rounds; only workflows are versioned, since only they are
 * replayed: activities take inputs of every version.
 */
export function pinnedTo(version: DeploymentVersion | null): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {};
  return { workerDeploymentOptions: { version: { deploymentName: version.deployment, buildId: version.build }, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}
