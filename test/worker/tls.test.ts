import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { worker } from '../../src/client/verbs/worker.js';
import { workflowTypes } from '../../src/core/inputs.js';
import { queues } from '../../src/core/queues.js';
import { homeFrom } from '../../src/store/home.js';
import { connectClient, connectWorker, resolveConnection, type ConnectionSettings } from '../../src/worker/connection.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { setUpEngine } from '../e2e/engine.js';
import { authority, openssl, type Authority, type Certificate } from '../support/certificates.js';
import { tlsProxy, type TlsProxy, type TlsProxyOptions } from '../support/tls-proxy.js';

// The development server has no TLS of its own: a proxy ends it in front of a real one, as load balancers do.

const folder = mkdtempSync(join(tmpdir(), 'perfloop-tls-'));
const engine = setUpEngine();
const apiKey = 'key-0f3c';
const proxies: TlsProxy[] = [];
let server: string;
let ours: Authority;
let certificates: Record<'server' | 'client' | 'expired' | 'expiredClient' | 'named' | 'foreign', Certificate>;
/** Wants a client's certificate and a key. */
let strict: TlsProxy;

async function proxy(options: Omit<TlsProxyOptions, 'to'>): Promise<TlsProxy> {
  const made = await tlsProxy({ to: server, ...options });
  proxies.push(made);
  return made;
}

/** The settings in Temporal's own variables. No profile file of the person who runs the tests is read. */
function settings(address: string, more: NodeJS.ProcessEnv = {}): ConnectionSettings {
  const resolved = resolveConnection({ env: { HOME: folder, XDG_CONFIG_HOME: folder, TEMPORAL_ADDRESS: address, ...more } });
  if (resolved.local) throw new Error('an address is set');
  return resolved;
}

const trusts = (authority: Authority): NodeJS.ProcessEnv => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.cert });
const shows = ({ cert, key }: Certificate): NodeJS.ProcessEnv => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key });

describe.skipIf(!openssl)(`TLS${openssl ? '' : ': SKIPPED, install openssl'}`, () => {
  beforeAll(async () => {
    ours = authority(folder, 'ours');
    certificates = {
      server: ours.issue('server'),
      client: ours.issue('worker-1'),
      expired: ours.issue('expired', { expired: true }),
      expiredClient: ours.issue('worker-0', { expired: true }),
      named: ours.issue('named', { host: 'temporal.example.org' }),
      foreign: authority(folder, 'theirs').issue('stranger'),
    };
    server = (await engine.start()).address;
    strict = await proxy({ certificate: certificates.server, clientsOf: ours.cert, apiKey });
  });

  afterAll(async () => {
    for (const made of proxies) await made.close();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries a client and a worker with certificates and an API key, by a profile', async () => {
    const profiles = join(folder, 'temporal.toml');
    writeFileSync(profiles, `[profile.lab]\naddress = "${strict.address}"\napi_key = "${apiKey}"\n[profile.lab.tls]\nserver_ca_cert_path = "${ours.cert}"\nclient_cert_path = "${certificates.client.cert}"\nclient_key_path = "${certificates.client.key}"\n`);
    // A second home: that of the engine has a hub already.
    const env = { ...engine.env, PERFLOOP_HOME: join(folder, 'home'), PERFLOOP_QUEUE_PREFIX: 'tls', TEMPORAL_CONFIG_FILE: profiles };
    const stop = new AbortController();
    const serving = worker({ home: homeFrom(env), env, connection: { profile: 'lab' }, tags: ['cpu'], hub: true }, { onProgress: () => undefined, onWaiting: () => undefined, onStart: () => undefined, signal: stop.signal });
    const client = await connectClient(resolveConnection({ env, profile: 'lab' }) as ConnectionSettings);
    try {
      await client.workflow.execute(workflowTypes.keepLessons, { workflowId: 'tls', taskQueue: queues.workflows('tls'), args: [{ v: 1, queuePrefix: 'tls', lessons: [] }], workflowExecutionTimeout: '2 minutes' });
    } finally {
      await client.connection.close();
      stop.abort();
    }
    expect(await serving).toEqual({ exitCode: 0, signal: null });
    expect(strict.clients).toEqual(new Set(['worker-1']));
    for (const call of ['StartWorkflowExecution', 'PollWorkflowTaskQueue', 'RespondWorkflowTaskCompleted', 'RespondActivityTaskCompleted']) expect(strict.calls.some((path) => path.endsWith(`/${call}`)), call).toBe(true);
  });

  it('takes the name of a certificate that the address is not', async () => {
    const { address } = await proxy({ certificate: certificates.named });
    const client = await connectClient(settings(address, { ...trusts(ours), TEMPORAL_TLS_SERVER_NAME: 'temporal.example.org' }));
    await client.connection.close();
  });

  const short = { patienceMs: 1000 };
  const refusals: [string, () => Promise<ConnectionSettings>, { code: string; message: RegExp; fix: RegExp }][] = [
    ['an authority that is not trusted', async () => settings((await proxy({ certificate: certificates.server })).address, trusts(authority(folder, 'other'))), { code: 'PL_TEMPORAL_TLS', message: /authority that is not trusted/, fix: /SERVER_CA_CERT_PATH/ }],
    ['no authority named', async () => settings(strict.address, { TEMPORAL_TLS: 'true' }), { code: 'PL_TEMPORAL_TLS', message: /authority that is not trusted/, fix: /SERVER_CA_CERT_PATH/ }],
    ['a certificate of the server that has expired', async () => settings((await proxy({ certificate: certificates.expired })).address, trusts(ours)), { code: 'PL_TEMPORAL_TLS', message: /server has expired/, fix: /renew/ }],
    ['a certificate for another name', async () => settings((await proxy({ certificate: certificates.named })).address, trusts(ours)), { code: 'PL_TEMPORAL_TLS', message: /another name: DNS:temporal\.example\.org/, fix: /TEMPORAL_TLS_SERVER_NAME/ }],
    ["no client's certificate", async () => settings(strict.address, { ...trusts(ours), TEMPORAL_API_KEY: apiKey }), { code: 'PL_TEMPORAL_TLS', message: /wants a client's certificate/, fix: /CLIENT_CERT_PATH/ }],
    ["a client's certificate of strangers", async () => settings(strict.address, { ...trusts(ours), ...shows(certificates.foreign) }), { code: 'PL_TEMPORAL_TLS', message: /does not take this client's certificate/, fix: /authority that the server trusts/ }],
    ["a client's certificate that has expired", async () => settings(strict.address, { ...trusts(ours), ...shows(certificates.expiredClient) }), { code: 'PL_TEMPORAL_TLS', message: /does not take this client's certificate/, fix: /must not have expired/ }],
    ["a client's key of another certificate", async () => settings(strict.address, { ...trusts(ours), ...shows({ cert: certificates.client.cert, key: certificates.foreign.key }) }), { code: 'PL_TEMPORAL_TLS', message: /do not belong together/, fix: /CLIENT_KEY_PATH/ }],
    ['a wrong API key', async () => settings(strict.address, { ...trusts(ours), ...shows(certificates.client), TEMPORAL_API_KEY: 'wrong' }), { code: 'PL_TEMPORAL_DENIED', message: /unauthorized/, fix: /Check the API key/ }],
    ['no API key', async () => settings(strict.address, { ...trusts(ours), ...shows(certificates.client) }), { code: 'PL_TEMPORAL_DENIED', message: /unauthorized/, fix: /No API key is given/ }],
    ['no TLS where the server wants it', async () => settings(strict.address), { code: 'PL_TEMPORAL_TLS', message: /speaks TLS, and is asked without/, fix: /TEMPORAL_TLS=true/ }],
    ['TLS where the server has none', async () => settings(server, trusts(ours)), { code: 'PL_TEMPORAL_TLS', message: /does not speak TLS/, fix: /Leave out/ }],
    ['a namespace that is not there', async () => settings(strict.address, { ...trusts(ours), ...shows(certificates.client), TEMPORAL_API_KEY: apiKey, TEMPORAL_NAMESPACE: 'none' }), { code: 'PL_TEMPORAL_NAMESPACE', message: /no namespace none/, fix: /namespace create -n none/ }],
  ];

  it.each(refusals)('says what to do about %s, to a client and to a worker', async (_, given, { code, message, fix }) => {
    const tried = await given();
    const expected = { code, message: expect.stringMatching(message) as unknown, fix: expect.stringMatching(fix) as unknown };
    await expect(connectClient(tried, short)).rejects.toMatchObject(expected);
    await expect(connectWorker(tried, short)).rejects.toMatchObject(expected);
  });

  it('says so, too, when the time is up while it looks at what is wrong', async () => {
    // The beginning, the first attempt, its end just in time, and the look at TLS after it.
    const now = vi.spyOn(performance, 'now').mockReturnValue(2000);
    onTestFinished(() => now.mockRestore());
    for (const time of [0, 0, 999, 1001]) now.mockReturnValueOnce(time);
    await expect(connectClient(settings(strict.address), short)).rejects.toMatchObject({ code: 'PL_TEMPORAL_TLS', message: expect.stringContaining('is asked without') as unknown });
  });

  it('is told by the command line, with exit code 2', async () => {
    const env = { ...engine.env, HOME: folder, XDG_CONFIG_HOME: folder, TEMPORAL_ADDRESS: strict.address, TEMPORAL_TLS: 'true' };
    const { code, stdout } = await promisify(execFile)(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'doctor', '--json'], { env }).then(
      (done) => ({ code: 0, ...done }),
      (error: unknown) => error as { code: number; stdout: string },
    );
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as { checks: { name: string }[] }).checks.find(({ name }) => name === 'Temporal server')).toMatchObject({ status: 'fail', found: expect.stringContaining('not trusted') as unknown, fix: expect.stringContaining('SERVER_CA_CERT_PATH') as unknown });
  });
});
