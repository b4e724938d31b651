import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeToken } from '../../../src/client/access/tokens.js';
import { codecServer, type CodecServerOptions } from '../../../src/client/verbs/codec-server.js';
import { homeFrom } from '../../../src/store/home.js';

const ui = 'https://temporal.example.org';
const [admin, runner] = [makeToken(), makeToken()];
const env = {
  KEY: randomBytes(32).toString('base64'),
  PERFLOOP_CODEC_KEYS: '$KEY',
  PERFLOOP_TOKENS: `[[tokens]]\nname = "ada"\nroles = ["admin"]\nsha256 = "${admin.sha256}"\n[[tokens]]\nname = "bob"\nroles = ["run"]\nsha256 = "${runner.sha256}"\n`,
};

async function serve(more: Partial<CodecServerOptions> = {}): Promise<{ endpoint: string; log: string[] }> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-codec-'));
  const stop = new AbortController();
  const log: string[] = [];
  const endpoint = new Promise<string>((resolve, reject) => {
    const ended = codecServer({ home: homeFrom({ PERFLOOP_HOME: root }), env, host: '127.0.0.1', port: 0, origins: [ui], open: false, ...more }, { onReady: resolve, onRequest: (line) => log.push(line), signal: stop.signal });
    ended.catch(reject);
    onTestFinished(async () => {
      stop.abort();
      await ended.catch(() => undefined);
      rmSync(root, { recursive: true, force: true });
    });
  });
  return { endpoint: await endpoint, log };
}

const payloads = { payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: Buffer.from('"secret"').toString('base64') }, { metadata: { encoding: Buffer.from('binary/null').toString('base64') }, data: '' }] };
const post = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-namespace': 'perf', ...headers } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it('encodes and decodes payloads as Temporal sends them, for who may', async () => {
  const { endpoint, log } = await serve();
  const encoded = await post(`${endpoint}/encode`, payloads, bearer(runner.token));
  expect(encoded.status).toBe(200);
  const text = await encoded.text();
  expect(text).not.toContain(payloads.payloads[0]?.data);
  const decoded = await post(`${endpoint}/any/prefix/decode`, text, bearer(admin.token));
  expect(await decoded.json()).toEqual(payloads);
  expect(log).toEqual(['bob: encode 2 of namespace "perf"', 'ada: decode 2 of namespace "perf"']);

  const refused = await post(`${endpoint}/decode`, text, bearer(runner.token));
  expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 403, body: { error: { code: 'PL_FORBIDDEN' } } });
  expect((await post(`${endpoint}/decode`, text)).status).toBe(401);
});

it('lets the pages of the Temporal UI ask, and no others', async () => {
  const { endpoint } = await serve();
  const preflight = async (origin: string): Promise<Response> => await fetch(`${endpoint}/decode`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,x-namespace' } });
  const allowed = await preflight(ui);
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({ 'access-control-allow-origin': ui, 'access-control-allow-methods': 'POST, OPTIONS', 'access-control-allow-headers': 'content-type, authorization, x-namespace', vary: 'Origin' });
  const other = await preflight('https://evil.example.org');
  expect({ status: other.status, origin: other.headers.get('access-control-allow-origin') }).toEqual({ status: 403, origin: null });
  expect((await post(`${endpoint}/decode`, payloads, { ...bearer(admin.token), origin: 'https://evil.example.org' })).status).toBe(403);
  expect((await post(`${endpoint}/decode`, payloads, { ...bearer(admin.token), origin: ui })).headers.get('access-control-allow-origin')).toBe(ui);
});

it('says what is wrong with a request', async () => {
  const { endpoint } = await serve({ namespace: 'perf' });
  const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: { code: string } }).error.code];
  const strange = { payloads: [{ metadata: { encoding: Buffer.from('binary/encrypted').toString('base64'), 'encryption-key-id': Buffer.from('LOST:00').toString('base64') }, data: '' }] };
  expect(await codeOf(await post(`${endpoint}/decode`, strange, bearer(admin.token)))).toEqual([400, 'PL_CODEC_KEY']);
  for (const body of ['{', {}, { payloads: [{ data: '!' }] }]) expect(await codeOf(await post(`${endpoint}/decode`, body, bearer(admin.token)))).toEqual([400, 'PL_CODEC_REQUEST']);
  expect(await codeOf(await post(`${endpoint}/other`, payloads, bearer(admin.token)))).toEqual([400, 'PL_CODEC_REQUEST']);
  expect(await codeOf(await fetch(`${endpoint}/decode`))).toEqual([400, 'PL_CODEC_REQUEST']);
  expect(await codeOf(await post(`${endpoint}/decode`, payloads, { ...bearer(admin.token), 'x-namespace': 'other' }))).toEqual([403, 'PL_FORBIDDEN']);
});

it('asks for no token with --open, and then answers this machine alone', async () => {
  const { endpoint } = await serve({ open: true });
  expect((await post(`${endpoint}/decode`, payloads)).status).toBe(200);
  const { request } = await import('node:http');
  // A name of somebody else's that points here: fetch lets nobody set the header.
  const status = await new Promise((resolve) => request(`${endpoint}/decode`, { method: 'POST', headers: { host: 'evil.example.org' } }, (response) => resolve(response.resume().statusCode)).end('{"payloads":[]}'));
  expect(status).toBe(403);
});

it('does not start without keys, without tokens, or open to the network', async () => {
  await expect(serve({ env: {} })).rejects.toMatchObject({ code: 'PL_CODEC_KEYS' });
  await expect(serve({ env: { ...env, PERFLOOP_TOKENS: '' } })).rejects.toMatchObject({ code: 'PL_NO_TOKENS' });
  await expect(serve({ open: true, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'PL_CODEC_OPEN' });
  const { endpoint } = await serve();
  await expect(serve({ port: Number(new URL(endpoint).port) })).rejects.toMatchObject({ code: 'PL_PORT_IN_USE' });
});
