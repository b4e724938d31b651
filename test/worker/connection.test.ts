import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectClient, connectWorker, plainSettings, resolveConnection } from '../../src/worker/connection.js';

let home: string;
/** No profile file of the person who runs the tests is read. */
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'perfloop-connection-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  env = { HOME: home, XDG_CONFIG_HOME: home };
});

function profileFile(text: string): string {
  const file = join(home, 'profiles.toml');
  writeFileSync(file, text);
  return file;
}

describe('where to connect to', () => {
  it('is the local engine when nothing names a server', () => {
    expect(resolveConnection({ env })).toMatchObject({ local: true, queuePrefix: 'perfloop' });
    expect(resolveConnection({ env: { ...env, TEMPORAL_ADDRESS: '', PERFLOOP_QUEUE_PREFIX: 'team-a' } })).toMatchObject({ local: true, queuePrefix: 'team-a' });
  });

  it('comes from flags before the environment before the profile file', () => {
    const TEMPORAL_CONFIG_FILE = profileFile('[profile.default]\naddress = "file:1"\nnamespace = "from-file"\n');
    expect(resolveConnection({ env: { ...env, TEMPORAL_CONFIG_FILE } })).toMatchObject({ local: false, address: 'file:1', namespace: 'from-file' });
    const both = { ...env, TEMPORAL_CONFIG_FILE, TEMPORAL_ADDRESS: 'env:2' };
    expect(resolveConnection({ env: both })).toMatchObject({ address: 'env:2', namespace: 'from-file' });
    expect(resolveConnection({ env: both, address: 'flag:3', namespace: 'flagged' })).toMatchObject({ address: 'flag:3', namespace: 'flagged' });
  });

  it('can be a named profile, with TLS and an API key', () => {
    const TEMPORAL_CONFIG_FILE = profileFile('[profile.cloud]\naddress = "cloud:7233"\nnamespace = "ns.acct"\napi_key = "secret"\n');
    expect(resolveConnection({ env: { ...env, TEMPORAL_CONFIG_FILE }, profile: 'cloud' })).toMatchObject({ address: 'cloud:7233', namespace: 'ns.acct', apiKey: 'secret', tls: true });
    expect(resolveConnection({ env: { ...env, TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'cloud' } })).toMatchObject({ address: 'cloud:7233' });
  });

  it.each([
    ['a profile that is not there', '[profile.default]\naddress = "a:1"\n', 'other'],
    ['a file that does not parse', 'profile = [', undefined],
  ])('is refused for %s', (_, text, profile) => {
    const TEMPORAL_CONFIG_FILE = profileFile(text);
    const request = { env: { ...env, TEMPORAL_CONFIG_FILE }, ...(profile ? { profile } : {}) };
    expect(() => resolveConnection(request)).toThrow(expect.objectContaining({ code: 'PL_TEMPORAL_CONFIG', where: TEMPORAL_CONFIG_FILE }) as Error);
  });
});

describe('a server that does not answer', () => {
  it.each([
    ['client', connectClient],
    ['worker', connectWorker],
  ])('is an error that says how to start one, for a %s', async (_, connect) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const waiting: string[] = [];
    const settings = plainSettings({ address: `127.0.0.1:${port}`, namespace: 'default' }, 'perfloop');
    await expect(connect(settings, { patienceMs: 3500, onWaiting: (text) => waiting.push(text) })).rejects.toMatchObject({
      code: 'PL_TEMPORAL_UNREACHABLE',
      where: `127.0.0.1:${port}`,
      fix: expect.stringContaining('perfloop up') as unknown,
    });
    expect(waiting.length).toBeGreaterThan(0);
  });
});

describe('a connection that is closed while a call is tried again', () => {
  it('fails the call; nothing throws in a timer', async () => {
    let answers: Record<string, string> = { 'grpc-status': '0' };
    let asked = (): void => undefined;
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      asked();
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(answers));
      // An empty message.
      stream.end(Buffer.alloc(5));
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = await connectClient(plainSettings({ address: `127.0.0.1:${(server.address() as AddressInfo).port}`, namespace: 'default' }, 'perfloop'));

    // 14 is UNAVAILABLE, which is tried again.
    answers = { 'grpc-status': '14' };
    const reached = new Promise<void>((resolve) => (asked = resolve));
    const call = client.workflow.getHandle('run').describe();
    await reached;
    await client.connection.close();
    await expect(call).rejects.toThrow();
  });
});

describe('an address that makes no sense', () => {
  it('is refused at once, not tried again', async () => {
    const waiting: string[] = [];
    await expect(connectClient(plainSettings({ address: 'http://localhost:7233', namespace: 'default' }, 'perfloop'), { onWaiting: (text) => waiting.push(text) })).rejects.toMatchObject({ code: 'PL_TEMPORAL_CONFIG' });
    expect(waiting).toEqual([]);
  });
});
