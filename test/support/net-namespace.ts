import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network of its own for processes of a test, from which one port of this machine is reached. */
export interface NetNamespace {
  /** HOST:PORT inside of it. */
  address: string;
  /** What runs a command in it. */
  prefix: string[];
  /** From now on nothing passes, and nobody is told: the link is down. */
  cut(): void;
  mend(): void;
  remove(): Promise<void>;
}

/** Why this machine lets nobody make one; null where it does. */
export function noNetNamespace(): string | null {
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'pipe' });
    const name = `plx${process.pid}`;
    ip('netns', 'add', name);
    try {
      ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}g`);
      ip('link', 'del', `${name}h`);
    } finally {
      ip('netns', 'del', name);
    }
    return null;
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return `needs root and iproute2: ${text.trim().split('\n')[0] ?? ''}`;
  }
}

/** `number` tells those of a test apart, 0 to 62. `server`: HOST:PORT on this machine. */
export async function netNamespace(number: number, server: string): Promise<NetNamespace> {
  const name = `pl${process.pid}x${number}`;
  removeLeft();
  // A net of documentation's addresses (RFC 5737), four each.
  const net = (at: number): string => `198.51.100.${number * 4 + at}`;
  ip('netns', 'add', name);
  ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}g`);
  ip('link', 'set', `${name}g`, 'netns', name);
  ip('addr', 'add', `${net(1)}/30`, 'dev', `${name}h`);
  ip('link', 'set', `${name}h`, 'up');
  for (const command of [['addr', 'add', `${net(2)}/30`, 'dev', `${name}g`], ['link', 'set', `${name}g`, 'up'], ['link', 'set', 'lo', 'up']]) ip('-n', name, ...command);
  const relay = await relayTo(server, net(1));
  return {
    address: relay.address,
    prefix: ['ip', 'netns', 'exec', name],
    cut: () => void ip('link', 'set', `${name}h`, 'down'),
    mend: () => void ip('link', 'set', `${name}h`, 'up'),
    async remove() {
      await relay.close();
      // The other end of the link goes with it.
      ip('netns', 'del', name);
    },
  };
}

/** Those of tests that were killed: their addresses would be taken twice. */
function removeLeft(): void {
  for (const [name, pid] of ip('netns', 'list').matchAll(/^pl(\d+)x\d+/gm)) {
    if (!existsSync(`/proc/${pid}`)) ip('netns', 'del', name);
  }
}

/** What can be had in its place where the machine lets nobody make one: a way to the server of one's own, on which bytes get stuck. */
export async function wayToServer(server: string): Promise<NetNamespace> {
  const relay = await relayTo(server, '127.0.0.1');
  return { address: relay.address, prefix: [], cut: () => relay.cut(), mend: () => relay.mend(), remove: () => relay.close() };
}

interface Relay {
  address: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** The local engine listens on the machine itself alone. */
async function relayTo(server: string, host: string): Promise<Relay> {
  const colon = server.lastIndexOf(':');
  const open = new Map<Socket, Socket>();
  let isCut = false;
  const relay: Server = createServer((inside) => {
    const outside = connect(Number(server.slice(colon + 1)), server.slice(0, colon));
    for (const [one, other] of [[inside, outside], [outside, inside]] as const) {
      open.set(one, other);
      if (!isCut) one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    relay.once('error', reject);
    relay.listen(0, host, resolve);
  });
  const { port } = relay.address() as { port: number };
  return {
    address: `${host}:${port}`,
    cut() {
      isCut = true;
      for (const one of open.keys()) one.unpipe();
    },
    mend() {
      isCut = false;
      for (const [one, other] of open) one.pipe(other);
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      await new Promise<void>((resolve) => void relay.close(() => resolve()));
    },
  };
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { stdio: 'pipe', encoding: 'utf8' });
}
