import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { LeaseActivities } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import { readCpu } from '../measure/machine.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';

interface LeaseFile extends Lease {
  run: string;
  expires: number;
}

const leaseLastsMs = 15 * 60_000;

/** Leases this host to a run. Asking again renews; the token stays, so that work in flight goes on. */
export function leaseActivities(deps: Dependencies): LeaseActivities {
  return {
    lease: activity(async ({ run, tag }) => {
      const own = await readLease(deps, run);
      const device = own?.device ?? (await leastUsed(deps));
      const lease: Lease = { tag, host: deps.host, device, token: own?.token ?? randomUUID(), gpu: deps.gpu, cpu: readCpu().model };
      await writeLease(deps, { ...lease, run, expires: Date.now() + leaseLastsMs });
      return lease;
    }),
  };
}

/** Renews the lease that a piece of work holds. Throws PL_LEASE_LOST when another attempt took over. */
export async function renewLease(deps: Dependencies, run: string, lease: Lease): Promise<void> {
  const current = await readLease(deps, run);
  if (current !== null && current.token !== lease.token) {
    throw new PerfloopError('PL_LEASE_LOST', `another attempt of ${run} holds the lease of ${lease.device}`, { where: deps.host, fix: 'Nothing to do: the newer attempt goes on.' });
  }
  await writeLease(deps, { ...lease, run, expires: Date.now() + leaseLastsMs });
}

async function leastUsed(deps: Dependencies): Promise<string> {
  const live = (await readLeases(deps)).filter((lease) => lease.expires > Date.now());
  const users = (device: string) => live.filter((lease) => lease.device === device).length;
  const [first] = [...deps.devices].sort((one, other) => users(one) - users(other));
  if (first === undefined) throw new PerfloopError('PL_NO_DEVICE', 'this worker offers no device', { where: deps.host, fix: 'Start it with `perfloop worker --tag cpu`.' });
  return first;
}

/** How many leases of each device of this host have not expired. */
export async function heldLeases(deps: Pick<Dependencies, 'home' | 'devices'>): Promise<Map<string, number>> {
  const live = (await readLeases(deps)).filter((lease) => lease.expires > Date.now());
  return new Map(deps.devices.map((device) => [device, live.filter((lease) => lease.device === device).length]));
}

function leaseFile(deps: Dependencies, run: string): string {
  return join(deps.home.locks, 'leases', `${createHash('sha256').update(run).digest('hex').slice(0, 16)}.json`);
}

async function readLease(deps: Dependencies, run: string): Promise<LeaseFile | null> {
  return readFile(leaseFile(deps, run), 'utf8').then((text) => JSON.parse(text) as LeaseFile, () => null);
}

async function readLeases(deps: Pick<Dependencies, 'home'>): Promise<LeaseFile[]> {
  const folder = join(deps.home.locks, 'leases');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8').then((text) => JSON.parse(text) as LeaseFile, () => null)));
  return found.filter((lease) => lease !== null);
}

async function writeLease(deps: Dependencies, lease: LeaseFile): Promise<void> {
  await mkdir(join(deps.home.locks, 'leases'), { recursive: true });
  await writeFileAtomic(leaseFile(deps, lease.run), JSON.stringify(lease));
}
