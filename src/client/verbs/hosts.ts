import { didYouMean } from '../../core/did-you-mean.js';
import { PerfloopError } from '../../core/errors.js';
import { hostSignals } from '../../core/hosts/host-record.js';
import { whoActs, type CliContext } from '../context.js';
import { knownHosts, withOpenLeases, type KnownHost } from '../../worker/known-hosts.js';
import { isOver } from '../../worker/leasing.js';
import { peekSession, type Session } from '../session.js';

export interface Hosts {
  /** False: no server answers, so nothing is known. */
  reached: boolean;
  hosts: KnownHost[];
}

/** The hosts of the fleet with who leases their devices. Starts nothing: without a server there are none. */
export async function hosts(context: CliContext): Promise<Hosts> {
  const session = await peekSession(context);
  if (session === null) return { reached: false, hosts: [] };
  try {
    const { client, settings } = session;
    return { reached: true, hosts: await withOpenLeases(await knownHosts(client, settings.queuePrefix), async (run) => isOver(client, run)) };
  } finally {
    await session.close();
  }
}

export type HostSteering = 'drain' | 'undrain' | 'forget';

export interface HostSteered {
  sent: HostSteering;
  host: string;
  hostname: string;
}

/** Lets a host take no more work, or again; or takes it off the list. `name`: the beginning of its id, or its name. */
export async function steerHost(context: CliContext, what: HostSteering, name: string, reason: string): Promise<HostSteered> {
  const session = await peekSession(context);
  if (session === null) throw new PerfloopError('PL_NO_SERVER', 'no Temporal server answers, so no host can be told anything', { where: context.connection.address ?? 'TEMPORAL_ADDRESS, or the local engine', fix: 'Name the server with --address, or run `perfloop up`.' });
  try {
    return await steer(session, what, name, { who: whoActs(context), reason });
  } finally {
    await session.close();
  }
}

async function steer({ client, settings }: Session, what: HostSteering, name: string, asked: { who: string; reason: string }): Promise<HostSteered> {
  const { host, hostname, queue, state } = hostNamed(await knownHosts(client, settings.queuePrefix), name);
  const handle = client.workflow.getHandle(queue);
  if (what === 'forget') {
    checkForgettable({ host, hostname, state });
    await handle.terminate(`forgotten by ${asked.who}${asked.reason === '' ? '' : `: ${asked.reason}`}`);
  } else if (what === 'drain') await handle.signal(hostSignals.drain, asked);
  else await handle.signal(hostSignals.undrain);
  return { sent: what, host, hostname };
}

/** Throws PL_HOST_ALIVE. One that was drained lives, too: off the list, nobody could let it serve again. */
export function checkForgettable({ host, hostname, state }: Pick<KnownHost, 'host' | 'hostname' | 'state'>): void {
  if (state === 'gone' || state === 'stale') return;
  throw new PerfloopError('PL_HOST_ALIVE', `host ${hostname} (${host}) lives: it is ${state}`, { where: host, fix: 'Stop its worker first; `perfloop hosts` then says that it is gone, or after 150 s that it is stale.' });
}

/** Throws PL_NO_SUCH_HOST, and PL_HOST_AMBIGUOUS where several are meant. */
export function hostNamed(all: readonly KnownHost[], name: string): KnownHost {
  const found = all.filter(({ host, hostname }) => host.startsWith(name) || hostname === name);
  const listed = all.map(({ host, hostname, tags }) => `${host}  ${hostname}  ${tags.join(', ')}`);
  if (found.length > 1) throw new PerfloopError('PL_HOST_AMBIGUOUS', `${name} may be any of ${found.length} hosts`, { where: name, problems: found.map(({ host, hostname }) => `${host}  ${hostname}`), fix: 'Name one by its id.' });
  if (found[0] === undefined) throw new PerfloopError('PL_NO_SUCH_HOST', `there is no host ${name}${didYouMean(name, all.map(({ hostname }) => hostname))}`, { where: name, problems: listed, fix: 'Name one that `perfloop hosts` lists, by its name or the beginning of its id.' });
  return found[0];
}
