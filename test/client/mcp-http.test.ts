import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { makeToken } from '../../src/client/access/tokens.js';

// A real client, and the server as a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-mcp-http-'));
const tokens = { reader: makeToken(), ada: makeToken(), ci: makeToken(), root: makeToken() };
const roles = { reader: [], ada: ['approve'], ci: ['run'], root: ['admin'] };
const table = (name: keyof typeof tokens): string => `[[tokens]]\nname = "${name}"\nroles = ${JSON.stringify(roles[name])}\nsha256 = "${tokens[name].sha256}"\n`;
const write = (names: (keyof typeof tokens)[]): void => writeFileSync(join(folder, 'tokens.toml'), names.map(table).join(''), { mode: 0o600 });
const open: Client[] = [];
let server: ChildProcess;
let url = '';

beforeAll(async () => {
  write(['reader', 'ada', 'ci', 'root']);
  server = spawn(process.execPath, [bin, 'mcp', '--http', '127.0.0.1:0'], { env: { PATH: process.env['PATH'] ?? '', PERFLOOP_HOME: folder }, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await vi.waitUntil(() => (url = /http:\S+\/mcp/.exec(said)?.[0] ?? '') !== '', { timeout: 60_000 });
}, 70_000);
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function connected(name: keyof typeof tokens): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${tokens[name].token}` } } }));
  open.push(client);
  return client;
}

const post = (authorization: string | null, body: object | string): Promise<Response> => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...(authorization === null ? {} : { authorization }) }, body: typeof body === 'string' ? body : JSON.stringify(body) });
const calling = (name: string): object => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: { run: 'r-1', candidate: 'r1-1' } } });

it('each is offered what the roles of its token allow, and answers come as on stdin', async () => {
  const names = async (who: keyof typeof tokens): Promise<string[]> => (await (await connected(who)).listTools()).tools.map(({ name }) => name).toSorted();
  const reading = ['report', 'run', 'runs', 'trial', 'verdict', 'wiki_search'];
  expect(await names('reader')).toEqual(reading);
  expect(await names('ada')).toEqual([...reading, 'approve', 'reject', 'rollback'].toSorted());
  const ofCi = await names('ci');
  expect(ofCi).toEqual(expect.arrayContaining([...reading, 'judge', 'kernels', 'start_run', 'sandbox_create', 'stop', 'budget']));
  expect(await names('root')).toEqual([...ofCi, 'approve', 'reject', 'rollback'].toSorted());
  expect(await (await connected('reader')).callTool({ name: 'runs', arguments: {} })).toMatchObject({ structuredContent: { runs: [] } });
  const missing = await (await connected('ada')).callTool({ name: 'approve', arguments: { run: 'r-none', candidate: 'final' } });
  expect(missing).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('PL_NO_SUCH_RUN') as string }] });
  // Who asks for what nobody can know starts no engine.
  expect(existsSync(join(folder, 'temporal'))).toBe(false);
});

it('nobody is let in without a token, nor beyond its roles, and each refusal says why', async () => {
  for (const authorization of [null, 'Bearer wrong', `Basic ${tokens.root.token}`]) {
    const answer = await post(authorization, calling('runs'));
    expect([answer.status, answer.headers.get('www-authenticate')], String(authorization)).toEqual([401, 'Bearer realm="perfloop"']);
    expect(await answer.json()).toMatchObject({ error: { code: 'PL_UNAUTHORIZED' } });
  }
  for (const [name, tool] of [['reader', 'approve'], ['ada', 'stop'], ['ada', 'sandbox_create'], ['ci', 'reject'], ['ada', 'budget'], ['ci', 'rollback']] as const) {
    const answer = await post(`Bearer ${tokens[name].token}`, calling(tool));
    expect(answer.status, tool).toBe(403);
    expect(await answer.json(), tool).toMatchObject({ error: { code: 'PL_FORBIDDEN', message: `the token of ${name} may not use the tool ${tool}` } });
  }
  // Of several at once, the one that is forbidden counts.
  expect((await post(`Bearer ${tokens.reader.token}`, JSON.stringify([calling('runs'), calling('approve')]))).status).toBe(403);
  expect((await post(`Bearer ${tokens.root.token}`, 'no json')).status).toBe(400);
  expect((await post(`Bearer ${tokens.root.token}`, 'x'.repeat(5 << 20)).catch(() => ({ status: 413 }))).status).toBe(413);
  expect((await fetch(url.replace('/mcp', '/else'), { headers: { authorization: `Bearer ${tokens.root.token}` } })).status).toBe(404);
});

it('a token that is taken out of the file counts no more, while the server runs', async () => {
  write(['ada']);
  expect((await post(`Bearer ${tokens.reader.token}`, calling('runs'))).status).toBe(401);
  writeFileSync(join(folder, 'tokens.toml'), 'not toml');
  const broken = await post(`Bearer ${tokens.ada.token}`, calling('runs'));
  expect([broken.status, await broken.json()]).toEqual([500, { error: { code: 'PL_SERVER', message: expect.any(String) as string, fix: 'See its log.' } }]);
  write(['reader', 'ada', 'ci', 'root']);
  expect((await post(`Bearer ${tokens.reader.token}`, calling('runs'))).status).toBe(200);
});
