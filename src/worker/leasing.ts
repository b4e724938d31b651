import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { join } from 'node:path';
import { RunsInHand, type Leasing } from '../activities/leasing.js';
import { queues } from '../core/queues.js';
import type { Home } from '../store/home.js';
import { openLeases } from '../store/leases.js';
import { pollersOf, queueTypes } from './engine/readiness.js';

/** How many runs share a CPU by default: as many as can work at once. They sample one at a time, by the host lock. */
export const defaultRuns = 8;
const renewEveryMs = 5000;

export type DrainedBy = 'person' | 'signal';

export interface OpenLeasing extends Leasing {
  /** Lets this host take no more work as long as somebody wants it so: a person, or a signal that ends its worker. */
  drain(by: DrainedBy, wanted: boolean): void;
  isDrainedBy(by: DrainedBy): boolean;
  close(): void;
}

/**
 * The leases of this host. Those of runs that are worked for are kept alive from here, also while a build takes an hour.
 * A GPU is for one run at a time: builds and tests use it too, outside the host lock.
 */
export function openLeasing({ home, client, queuePrefix, runs }: { home: Home; client: Client; queuePrefix: string; runs: number }): OpenLeasing {
  const inHand = new RunsInHand();
  const book = openLeases(join(home.locks, 'leases.db'), { runsOn: (device) => (device.startsWith('gpu') ? 1 : runs) });
  const draining = new Set<DrainedBy>();
  const beat = setInterval(() => inHand.runs.forEach((run) => book.renew(run)), renewEveryMs);
  return {
    book,
    inHand,
    shared: runs > 1,
    isDraining: () => draining.size > 0,
    drain: (by, wanted) => void (wanted ? draining.add(by) : draining.delete(by)),
    isDrainedBy: (by) => draining.has(by),
    isOpen: async (run) => isOpen(client, run),
    hasPeers: async (tag) => new Set((await pollersOf(client, queues.kind(queuePrefix, tag), queueTypes.activity)).map(({ identity }) => identity)).size > 1,
    close() {
      clearInterval(beat);
      book.close();
    },
  };
}

/** Whether a workflow goes on. When the server does not say, it may. */
export async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    // One that somebody paused on the server goes on, too.
    return (await client.workflow.getHandle(workflowId).describe()).closeTime === undefined;
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}

/** Whether a workflow has ended, as far as the server knows it: no for what it never heard of, and where it does not answer. */
export async function isOver(client: Client, workflowId: string): Promise<boolean> {
  const known = await client.workflow.getHandle(workflowId).describe().catch(() => null);
  return known?.closeTime !== undefined;
}
