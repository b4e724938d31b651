import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Built by test/global-setup.ts, which says why where it could not be. */
const binary = process.env['PERFLOOP_TEST_S3'];

/** For the title of what is left out without one. */
export const noS3 = binary === undefined ? 'SKIPPED: needs Go, to build the S3 server versitygw' : null;

/** An S3 server of its own, with one bucket, in front of which the network can be stopped. */
export interface S3Server {
  /** What perfloop needs to reach it, with PERFLOOP_ARTIFACTS in the bucket. */
  env: { PERFLOOP_ARTIFACTS: string; AWS_ENDPOINT_URL_S3: string; AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string; AWS_REGION: string };
  /** The bucket as the server keeps it: objects are files. */
  folder: string;
  /** From now on nothing passes from clients to the server. */
  hold(): void;
  release(): void;
  /** How much clients have sent. */
  sent(): number;
  /** Kills the server. */
  kill(): Promise<void>;
  /** Starts it again, with what it holds. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  if (binary === undefined) throw new Error('no S3 server');
  const root = mkdtempSync(join(tmpdir(), 'perfloop-s3-'));
  const folder = join(root, 'data', 'perfloop-test');
  for (const path of [folder, join(root, 'sidecar')]) mkdirSync(path, { recursive: true });
  const keys = { AWS_ACCESS_KEY_ID: 'test-key', AWS_SECRET_ACCESS_KEY: 'test-secret' };
  const port = await freePort();
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(binary, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', join(root, 'sidecar'), join(root, 'data')], { env: { ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY }, stdio: 'ignore' });
    try {
      await vi.waitUntil(async () => {
        if (child.exitCode !== null) throw new Error(`the S3 server ended with ${child.exitCode}`);
        return await answers(port);
      }, { timeout: 60_000 });
    } catch (error) {
      await kill();
      throw error;
    }
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => void child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    await start();
  } catch (error) {
    remove();
    throw error;
  }
  const proxy = await startProxy(port);
  return {
    env: { PERFLOOP_ARTIFACTS: 's3://perfloop-test/some/prefix', AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}`, ...keys, AWS_REGION: 'us-east-1' },
    folder,
    hold: () => proxy.hold(),
    release: () => proxy.release(),
    sent: () => proxy.sent(),
    kill,
    restart: start,
    async stop() {
      await proxy.close();
      await kill();
      remove();
    },
  };
}

interface Proxy {
  port: number;
  hold(): void;
  release(): void;
  sent(): number;
  close(): Promise<void>;
}

async function startProxy(target: number): Promise<Proxy> {
  const clients = new Set<Socket>();
  let held = false;
  let sent = 0;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    clients.add(client);
    client.on('data', (chunk) => {
      sent += chunk.length;
      upstream.write(chunk);
    });
    if (held) client.pause();
    upstream.pipe(client);
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  const port = await listen(server);
  return {
    port,
    hold() {
      held = true;
      for (const client of clients) client.pause();
    },
    release() {
      held = false;
      for (const client of clients) client.resume();
    },
    sent: () => sent,
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
