import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { writeAtomically } from './state.js';

export interface Ports {
  /** gRPC, for clients and workers. */
  server: number;
  ui: number;
}

/** Below the range that Linux and macOS hand out to outgoing connections, so that a port is still free after a restart. */
const range = { from: 20_000, to: 30_000 } as const;

/**
 * The ports of a home's server: those of the last time, so that a URL stays good, or new ones where they are taken.
 * Throws PL_PORT_IN_USE for a port that the user named.
 */
export async function choosePorts(home: Home, wanted: Partial<Ports>): Promise<Ports> {
  const file = join(home.temporal, 'ports.json');
  const kept = readPorts(file);
  const server = await choose(wanted.server, kept?.server, []);
  if (wanted.ui === server) throw new PerfloopError('PL_PORT_IN_USE', `port ${server} cannot serve both Temporal and its UI`, { where: `127.0.0.1:${server}`, fix: 'Name two different ports.' });
  const ui = await choose(wanted.ui, kept?.ui, [server]);
  const ports = { server, ui };
  writeAtomically(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function choose(wanted: number | undefined, kept: number | undefined, taken: readonly number[]): Promise<number> {
  if (wanted !== undefined) {
    if (!taken.includes(wanted) && (await isFree(wanted))) return wanted;
    throw new PerfloopError('PL_PORT_IN_USE', `port ${wanted} is in use`, {
      where: `127.0.0.1:${wanted}`,
      fix: 'Name another port, or none: perfloop then chooses a free one and keeps it.',
    });
  }
  if (kept !== undefined && !taken.includes(kept) && (await isFree(kept))) return kept;
  return await freePort(taken);
}

/** One that nobody listens on and that is not among `taken`. */
export async function freePort(taken: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(range.from, range.to);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new PerfloopError('PL_PORT_IN_USE', `no free port found from ${range.from} to ${range.to}`, { where: '127.0.0.1', fix: 'Name a free port with `perfloop up --port`.' });
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

function readPorts(file: string): Partial<Ports> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>;
  } catch {
    return null;
  }
}
