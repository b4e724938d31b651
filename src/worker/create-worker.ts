import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { benchActivities } from '../activities/bench.js';
import { fleetActivities } from '../activities/fleet/fleet.js';
import type { ListHosts } from '../activities/alerts/look.js';
import { watchActivities } from '../activities/watch/watch.js';
import { hostActivities } from '../activities/host.js';
import { hubActivities } from '../activities/hub.js';
import { leaseActivities, underLease, type LeasingHost } from '../activities/lease.js';
import { hostSlots } from '../core/kpis/intervals.js';
import { notifyActivities } from '../activities/notify.js';
import { queues } from '../core/queues.js';
import type { StoreWriter } from '../store/writer.js';
import { clientOver, type ConnectionSettings } from './connection.js';
import type { DeploymentVersion } from './deployment.js';
import type { HostTrouble } from './host-trouble.js';
import { knownHosts, withOpenLeases } from './known-hosts.js';
import { isOver } from './leasing.js';
import { measured } from './telemetry/activity-metrics.js';
import { scopedLog } from './telemetry/log-scope.js';
import { tracedActivities } from './telemetry/tracing.js';
import { commonOptions, createWorkflowWorker } from './workflow-worker.js';

export interface WorkerPlan {
  connection: NativeConnection;
  settings: ConnectionSettings;
  deps: LeasingHost;
  /** Kinds of machine that this host serves. */
  tags: readonly string[];
  /** The knowledge base, where this worker is the hub. */
  store: StoreWriter | null;
  /** Of the workflows; null: they are on no particular build. */
  version: DeploymentVersion | null;
  trouble: HostTrouble;
}

/** One worker a task queue, over one connection: workflows, the hub, each kind, this host, and each of its devices. */
export async function createWorkers(plan: WorkerPlan): Promise<Worker[]> {
  const { settings, deps, tags, store, trouble } = plan;
  const prefix = settings.queuePrefix;
  const common = commonOptions(plan.connection, settings, `perfloop@${deps.host}`);
  const client = await clientOver(plan.connection, settings);
  const workers = [createWorkflowWorker(common, settings, plan.version)];
  if (store !== null) workers.push(Worker.create({ ...common, taskQueue: queues.hub(prefix), ...watched({ queue: 'hub' }), activities: hubActivities({ store, artifacts: deps.artifacts, home: deps.home }), maxConcurrentActivityTaskExecutions: 4 }));
  if (store !== null) workers.push(Worker.create({ ...common, taskQueue: queues.fleet(prefix), ...watched({ queue: 'fleet' }), activities: { ...fleetActivities({ home: deps.home, artifacts: deps.artifacts, store, client, env: deps.env, hosts: async () => hostsForAlerts(client, prefix) }), ...watchActivities({ home: deps.home, artifacts: deps.artifacts }) }, maxConcurrentActivityTaskExecutions: 4 }));
  if (store !== null) workers.push(Worker.create({ ...common, taskQueue: queues.notify(prefix), ...watched({ queue: 'notify' }), activities: notifyActivities(deps), maxConcurrentActivityTaskExecutions: 8 }));
  for (const tag of tags) workers.push(Worker.create({ ...common, taskQueue: queues.kind(prefix, tag), ...watched({ queue: tag }), activities: leaseActivities(deps), maxConcurrentActivityTaskExecutions: 4 }));
  workers.push(Worker.create({ ...common, taskQueue: queues.host(prefix, deps.host), ...watched({ queue: 'host' }, trouble), activities: underLease(deps, hostActivities(deps)), maxConcurrentActivityTaskExecutions: hostSlots }));
  for (const device of deps.devices) {
    workers.push(Worker.create({ ...common, taskQueue: queues.bench(prefix, deps.host, device), ...watched({ queue: 'bench', device }, trouble), activities: underLease(deps, benchActivities(deps)), maxConcurrentActivityTaskExecutions: 1 }));
  }
  return Promise.all(workers);
}

function watched(where: Parameters<typeof measured>[0], trouble?: HostTrouble): Pick<WorkerOptions, 'interceptors'> {
  return { interceptors: { activity: [tracedActivities, measured(where), ...(trouble === undefined ? [] : [trouble.watching()]), scopedLog] } };
}

async function hostsForAlerts(client: Client, prefix: string): ReturnType<ListHosts> {
  const known = await withOpenLeases(await knownHosts(client, prefix), async (run) => isOver(client, run));
  return known.map(({ host, hostname, state, seenAt, leases, failures, memory }) => ({ host, hostname, silentSince: state === 'stale' ? seenAt : null, leases: leases.length, failures, ...(memory === undefined || state === 'gone' ? {} : { memory }) }));
}
