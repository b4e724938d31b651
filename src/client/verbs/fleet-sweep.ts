import { PerfloopError } from '../../core/errors.js';
import type { Fleet } from '../../core/fleet/parse.js';
import { mostSwept, openFor, type SweepStatus } from '../../core/fleet/sweep.js';
import { messageNames, type Steer, type StopSweep } from '../../core/messages.js';
import type { CliContext } from '../context.js';
import { hostsOf } from '../fleet/hosts.js';
import { targetsNamed } from '../fleet/read-file.js';
import { storedSchedules, type FleetServer } from '../fleet/schedules.js';
import { checkSweep, followSweep, startSweep, sweepHandle, type SweepLook } from '../fleet/sweep.js';
import { detachOnSignals } from '../follow.js';
import type { Session } from '../session.js';
import { checkApplied, loadsOf, namesOf, withFleet } from './fleet.js';

export interface SweepFollowed {
  fleet: string;
  /** True when a person left; the sweep goes on. */
  detached: boolean;
  /** Paused schedules, which a sweep of the whole fleet leaves out. */
  paused: string[];
  /** The last known one; null where it was left before it said anything. */
  sweep: SweepStatus | null;
}

export interface SweepRequest {
  file: string | undefined;
  /** None: all targets whose schedules are not paused. */
  names: readonly string[];
  /** Runs at once; absent: as the fleet file says, or by the hosts there are. */
  open?: number;
  detach: boolean;
  show: (look: SweepLook) => void;
  /** Of tests. */
  mostEvents?: number;
}

/** Starts runs of the targets now, in one durable workflow, and follows it. Throws PL_FLEET_SWEEPING where one is open. */
export async function fleetSweep(context: CliContext, { file, names, open, detach, show, mostEvents }: SweepRequest): Promise<SweepFollowed> {
  return withFleet(context, file, async (fleet, server, session) => {
    const { targets, paused } = await chosen(fleet, server, names);
    await startSweep(server, { targets, open: open ?? fleet.open ?? (await openByHosts(fleet, session)), ...(mostEvents === undefined ? {} : { mostEvents }) });
    if (detach) return { fleet: fleet.name, detached: true, paused, sweep: null };
    return { ...(await followed(server, session, show)), paused };
  });
}

/** Follows the sweep that is open, or tells the end of the last one. Throws PL_FLEET_NO_SWEEP. */
export async function fleetAttach(context: CliContext, file: string | undefined, show: (look: SweepLook) => void): Promise<SweepFollowed> {
  return withFleet(context, file, async (_fleet, server, session) => {
    await checkSweep(server, { open: false });
    return { ...(await followed(server, session, show)), paused: [] };
  });
}

async function followed(server: FleetServer, session: Session, show: (look: SweepLook) => void): Promise<Omit<SweepFollowed, 'paused'>> {
  const { signal, release } = detachOnSignals();
  const letGo = session.hold();
  try {
    const sweep = await followSweep(server, signal, show);
    return { fleet: server.fleet, detached: signal.aborted, sweep };
  } finally {
    await letGo();
    release();
  }
}

/** By priority, then in the order of the file. */
async function chosen(fleet: Fleet, server: FleetServer, names: readonly string[]): Promise<{ targets: string[]; paused: string[] }> {
  const stored = new Map((await storedSchedules(server, namesOf(fleet))).map((schedule) => [schedule.target, schedule]));
  const wanted = targetsNamed(fleet, names).toSorted((one, other) => one.priority - other.priority).map(({ name }) => name);
  checkApplied(fleet.name, wanted, new Set(stored.keys()));
  const paused = names.length > 0 ? [] : wanted.filter((name) => stored.get(name)?.paused);
  const targets = wanted.filter((name) => !paused.includes(name));
  if (targets.length === 0) throw new PerfloopError('PL_FLEET_PAUSED', 'the schedules of all targets are paused, and a sweep leaves those out', { where: fleet.name, fix: 'Name the targets that are to be run all the same, or `perfloop fleet resume` them.' });
  if (targets.length > mostSwept) throw new PerfloopError('PL_FLEET_TOO_MANY', `${targets.length} targets are too many for one sweep, which takes ${mostSwept}`, { where: fleet.name, fix: 'Name some of them, or make several fleets.' });
  return { targets, paused };
}

async function openByHosts(fleet: Fleet, session: Session): Promise<number> {
  const hosts = await hostsOf(session, loadsOf(fleet.targets).map(({ tag }) => tag));
  return openFor(Math.max(0, ...hosts.values()));
}

export type SweepSteering = 'pause' | 'resume' | 'stop';

export interface SweepSent {
  fleet: string;
  sent: SweepSteering;
  cancelRuns: boolean;
}

/** Lets the sweep that is open start no more for now, go on, or end, with who says so and why. Throws PL_FLEET_NO_SWEEP. */
export async function steerSweep(context: CliContext, what: SweepSteering, file: string | undefined, { reason = '', cancelRuns = false } = {}): Promise<SweepSent> {
  return withFleet(context, file, async (fleet, server) => {
    await checkSweep(server, { open: true });
    const message: Steer = { v: 1, who: server.who, comment: reason };
    const stop: StopSweep = { ...message, cancelRuns };
    await sweepHandle(server).signal(messageNames[what], what === 'stop' ? stop : message);
    return { fleet: fleet.name, sent: what, cancelRuns };
  });
}
