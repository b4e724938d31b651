import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { queues } from '../core/queues.js';
import { dataConverter } from './codec/codec.js';
import type { ConnectionSettings } from './connection.js';
import { pinnedTo, type DeploymentVersion } from './deployment.js';
import { packageRoot } from './engine/package-paths.js';
import { traceSinks } from './telemetry/tracing.js';

/** What all workers have. */
export function commonOptions(connection: NativeConnection, settings: ConnectionSettings, identity: string) {
  return {
    connection,
    namespace: settings.namespace,
    dataConverter: dataConverter(settings.codec),
    identity,
    // With the SDK's defaults a cancel arrives after 19 s, and a run goes on 17 s after a kill.
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    stickyQueueScheduleToStartTimeout: '1 second',
    shutdownGraceTime: '2 seconds',
    shutdownForceTime: '30 seconds',
  } as const satisfies Partial<WorkerOptions>;
}

/** Runs the workflows, and nothing else. */
export async function createWorkflowWorker(common: ReturnType<typeof commonOptions>, settings: ConnectionSettings, version: DeploymentVersion | null): Promise<Worker> {
  return await Worker.create({ ...common, taskQueue: queues.workflows(settings.queuePrefix), ...(await workflowSource(settings)), ...pinnedTo(version), sinks: traceSinks, maxCachedWorkflows: 50, reuseV8Context: true });
}

/** The bundle made at build time starts in a fifth of the time. */
async function workflowSource({ codec }: ConnectionSettings): Promise<Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'interceptors'>> {
  const codePath = join(packageRoot, 'dist', 'workflow-bundle.js');
  if (!existsSync(codePath)) return { workflowsPath: join(packageRoot, 'dist', 'workflows', 'index.js'), interceptors: { workflowModules: [join(packageRoot, 'dist', 'workflows', 'tracing.js')] } };
  // On the first line, so that the lines of the source map hold: see workflows/failure-converter.ts.
  return { workflowBundle: codec.keys.length === 0 ? { codePath } : { code: `globalThis.perfloopEncodesFailures=true;${await readFile(codePath, 'utf8')}` } };
}
