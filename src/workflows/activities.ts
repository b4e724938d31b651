import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { queues } from '../core/queues.js';
import type { BenchActivities, HostActivities, HubActivities, LeaseActivities } from '../core/run/contracts.js';
import type { RollbackActivities } from '../core/rollback/rollback.js';
import type { Lease } from '../core/run/lease.js';

/**
 * Commands bound themselves by the timeouts of the config and wait for the machine as long as it takes; a dead worker is
 * noticed by the missing heartbeat. So this bound only catches what neither does.
 */
const longest = '7 days';

const common: ActivityOptions = {
  startToCloseTimeout: longest,
  heartbeatTimeout: '5 seconds',
  // The default abandons the process that the activity runs.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 1.5, maximumInterval: '10 seconds', maximumAttempts: 200 },
};

/** How long work may wait for its host before the host counts as lost. */
const hostSilence = '30 seconds';

export function hubActivities(prefix: string) {
  return proxyActivities<HubActivities & RollbackActivities>({ ...common, taskQueue: queues.hub(prefix), startToCloseTimeout: '1 minute', heartbeatTimeout: undefined, retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' } });
}

/** A host whose devices are all taken fails, and the next one is asked: for as long as it takes. */
export function leaseActivities(prefix: string, tag: string) {
  return proxyActivities<LeaseActivities>({ ...common, taskQueue: queues.kind(prefix, tag), startToCloseTimeout: '1 minute', retry: { ...common.retry, maximumAttempts: undefined } });
}

export function hostActivities(prefix: string, lease: Lease) {
  return proxyActivities<HostActivities>({ ...common, taskQueue: queues.host(prefix, lease.host), scheduleToStartTimeout: hostSilence });
}

export function benchActivities(prefix: string, lease: Lease) {
  return proxyActivities<BenchActivities>({ ...common, taskQueue: queues.bench(prefix, lease.host, lease.device), scheduleToStartTimeout: hostSilence });
}
