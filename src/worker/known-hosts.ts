import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { hostMemo, stateOfHost, type Drain, type HostAdvert, type HostFailures, type HostLease, type HostMemory, type HostRecord, type HostState } from '../core/hosts/host-record.js';
import { workflowTypes } from '../core/inputs.js';
import { queues } from '../core/queues.js';
import { pollersOf, queueTypes } from './engine/readiness.js';

export interface KnownHost extends HostAdvert {
  state: HostState;
  /** When its worker was last heard, or asked for work: milliseconds since the epoch. */
  seenAt: number;
  drain: Drain | null;
  leases: HostLease[];
  failures: HostFailures;
  /** Absent: its worker does not say. */
  memory?: HostMemory;
}

/** All hosts that the server has an entry of, by name. */
export async function knownHosts(client: Client, queuePrefix: string): Promise<KnownHost[]> {
  const polled = await polledBy(client, queuePrefix);
  const found: KnownHost[] = [];
  for await (const { workflowId, memo } of client.workflow.list({ query: `WorkflowType = '${workflowTypes.host}' AND ExecutionStatus = 'Running'` })) {
    const record = memo?.[hostMemo] as HostRecord | undefined;
    // Another installation in this namespace has hosts of its own.
    if (record === undefined || workflowId !== queues.host(queuePrefix, record.advert.host)) continue;
    const { advert, leases, drain, heardAt, failures = { count: 0, last: '' }, memory } = record;
    const polledAt = polled.get(advert.host) ?? null;
    found.push({ ...advert, state: stateOfHost(record, polledAt, Date.now()), seenAt: Math.max(heardAt, polledAt ?? 0), drain, leases, failures, ...(memory === undefined ? {} : { memory }) });
  }
  return found.sort((one, other) => one.hostname.localeCompare(other.hostname) || one.host.localeCompare(other.host));
}

/**
 * The same, without the leases of runs that are over: a host keeps a lease until another run wants its device or it expires,
 * and a host that is lost never says that it is free again.
 */
export async function withOpenLeases<T extends { leases: HostLease[] }>(hosts: readonly T[], hasEnded: (run: string) => Promise<boolean>): Promise<T[]> {
  const runs = [...new Set(hosts.flatMap(({ leases }) => leases.map(({ run }) => run)))];
  const over = new Set((await Promise.all(runs.map(async (run) => ((await hasEnded(run)) ? [run] : [])))).flat());
  return hosts.map((host) => ({ ...host, leases: host.leases.filter(({ run }) => !over.has(run)) }));
}

/** When the worker of each host last asked for work. */
async function polledBy(client: Client, queuePrefix: string): Promise<Map<string, number>> {
  const polled = new Map<string, number>();
  for (const { identity, lastAccessTime } of await pollersOf(client, queues.workflows(queuePrefix), queueTypes.workflow)) {
    const host = /^perfloop@([0-9a-f]+)/.exec(identity ?? '')?.[1];
    if (host !== undefined && lastAccessTime) polled.set(host, Math.max(polled.get(host) ?? 0, tsToMs(lastAccessTime)));
  }
  return polled;
}
