import { hostname } from 'node:os';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { PerfloopError } from '../core/errors.js';
import type { LeaseActivities } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import { readCpu } from '../measure/machine.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import type { Leasing } from './leasing.js';

/** A worker's, which has leases. */
export type LeasingHost = Dependencies & { leasing: Leasing };

/** How long a run whose kind of machine is all taken waits before it asks again; another host may answer then. */
const askAgainAfter = '2 seconds';

/** Leases a device of this host to a run. Asking again renews; the token stays, so that work in flight goes on. */
export function leaseActivities(deps: LeasingHost): LeaseActivities {
  return {
    lease: activity(async ({ run, tag }) => {
      if (deps.devices.length === 0) throw new PerfloopError('PL_NO_DEVICE', 'this worker offers no device', { where: deps.host, fix: 'Start it with `perfloop worker --tag cpu`.' });
      if (deps.leasing.isDraining()) throw drainingFailure(deps);
      if (await leavesItToOthers(deps, run, tag)) throw deferred(deps);
      const held = deps.leasing.book.take(run, tag, deps.devices) ?? ((await dropEnded(deps)) ? deps.leasing.book.take(run, tag, deps.devices) : null);
      if (held === null) throw busy(deps, tag);
      return { tag, host: deps.host, device: held.device, token: held.token, gpu: deps.gpu, cpu: readCpu().model, hostname: hostname() };
    }),
  };
}

/** How often a host that has work already lets another one of the kind have the next run. */
const mostDeferrals = 3;

/** Whether another host may have less to do. The server cannot tell: it asks whichever polls first. */
async function leavesItToOthers(deps: LeasingHost, run: string, tag: string): Promise<boolean> {
  const others = deps.leasing.book.live().filter((lease) => lease.run !== run);
  return Context.current().info.attempt <= mostDeferrals && others.length >= deps.devices.length && deps.leasing.book.deviceOf(run) === null && (await deps.leasing.hasPeers(tag));
}

function deferred({ host }: Dependencies): ApplicationFailure {
  return ApplicationFailure.create({ type: 'PL_DEVICE_BUSY', message: `host ${host} works already; another one of the kind may be idle`, nextRetryDelay: '500 milliseconds' });
}

/** Gives back the devices of runs that are over: they may have been terminated. Whether there were any. */
export async function dropEnded(deps: LeasingHost): Promise<boolean> {
  let dropped = false;
  for (const { run } of deps.leasing.book.live()) {
    if (deps.leasing.inHand.has(run) || (await deps.leasing.isOpen(run))) continue;
    deps.leasing.book.giveBack(run);
    dropped = true;
  }
  return dropped;
}

/** Not this host, then: the server offers it to the next one of the kind that asks, again and again. */
function busy(deps: LeasingHost, tag: string): ApplicationFailure {
  const holders = deps.leasing.book.live().map(({ device, run }) => `${device} by ${run}`).join(', ');
  return ApplicationFailure.create({ type: 'PL_DEVICE_BUSY', message: `every device of kind ${tag} on host ${deps.host} is leased: ${holders}`, nextRetryDelay: askAgainAfter });
}

/** How many runs have each device of this host. */
export function heldLeases({ devices, leasing }: Pick<LeasingHost, 'devices' | 'leasing'>): Map<string, number> {
  const live = leasing.book.live();
  return new Map(devices.map((device) => [device, live.filter((lease) => lease.device === device).length]));
}

/** Work that any host does, or that must be done after the lease is gone. */
const withoutLease = new Set(['ping', 'closeWorktrees']);

/** What `underLease` wraps: functions of one input, which says whose work it is. */
type Work = (input: { run: string; lease?: Lease }) => Promise<unknown>;

/**
 * The same activities, each under the lease of its run: refused where the device went to another run meanwhile, and the lease
 * is kept alive as long as the work goes on, however long it takes.
 */
export function underLease<A extends object>(deps: LeasingHost, activities: A): A {
  const wrapped = Object.entries(activities as Record<string, Work>).map(([name, work]): [string, Work] => [
    name,
    withoutLease.has(name)
      ? work
      : async (input) => {
          refuseDraining(deps);
          refuseLost(deps, input);
          deps.leasing.inHand.add(input.run);
          try {
            return await work(input);
          } finally {
            deps.leasing.inHand.remove(input.run);
          }
        },
  ]);
  return Object.fromEntries(wrapped) as A;
}

/** Of a lease, which another host of the kind may give: asked again and again. */
function drainingFailure({ host }: Dependencies): ApplicationFailure {
  return ApplicationFailure.create({ type: 'PL_DEVICE_BUSY', message: `host ${host} is draining`, nextRetryDelay: askAgainAfter });
}

/** Between two pieces of work that belong together, such as pairs. Throws PL_HOST_DRAINING, upon which the run leases another device. */
export function refuseDraining(deps: Dependencies): void {
  if (deps.leasing?.isDraining() !== true) return;
  throw ApplicationFailure.nonRetryable(`host ${deps.host} is draining`, 'PL_HOST_DRAINING', { where: deps.host });
}

function refuseLost(deps: LeasingHost, { run, lease }: { run: string; lease?: Lease }): void {
  if (deps.leasing.book.renew(run, lease)) return;
  // Of a run of an earlier version nothing is known here: what is shared is free for it.
  if (lease === undefined && deps.leasing.book.deviceOf(run) === null && deps.leasing.shared) return;
  throw ApplicationFailure.nonRetryable(lostText(deps, run), 'PL_LEASE_LOST', { where: deps.host });
}

/** For work that writes evidence, before each line of it. Throws PL_LEASE_LOST when another attempt or run took over. */
export function fence(deps: Dependencies, run: string, lease: Lease): void {
  if (deps.leasing === undefined || deps.leasing.book.renew(run, lease)) return;
  throw new PerfloopError('PL_LEASE_LOST', lostText(deps, run), { where: deps.host, fix: 'Nothing to do: what took over goes on, and this run leases a device again.' });
}

function lostText(deps: Dependencies, run: string): string {
  return `${run} no longer holds its device on host ${deps.host}: its lease expired and went to another run, or a newer attempt has it`;
}

/** The environment that commands of a run get their variables from: they see the GPU that was leased, and no other. */
export function environmentFor(deps: Dependencies, run: string): NodeJS.ProcessEnv {
  const gpu = /^gpu(\d+)$/.exec(deps.leasing?.book.deviceOf(run) ?? '')?.[1];
  // The order of nvidia-smi, by which devices are numbered.
  return gpu === undefined ? deps.env : { ...deps.env, CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpu };
}
