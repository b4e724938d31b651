import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { globalPidOf, writeExport } from '../profile/nsys-export.js';

// A real client, and the server as a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-mcp-'));
const profile = join(folder, 'a.sqlite');
const open: Client[] = [];

const hostile = `<script>alert(1)</script>\u001b[31m'; DROP TABLE runs; --${'x'.repeat(1_000_000)}`;

beforeAll(() => {
  const kernels = Array.from({ length: 30 }, (_, i) => ({ start: 1000 * i, end: 1000 * i + 500, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(5), demangledName: 1 + (i % 2), shortName: 1 + (i % 2) }));
  writeExport(profile, { CUPTI_ACTIVITY_KIND_KERNEL: kernels }, { strings: { 1: 'plain', 2: hostile } });
  writeFileSync(join(folder, 'train.py'), 'def step(batch):\n    return batch.sum()\n\n\nstep([])\n');
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function connected(...flags: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  open.push(client);
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', ...flags], env: { PATH: process.env['PATH'] ?? '', PERFLOOP_HOME: join(folder, 'home') }, cwd: folder, stderr: 'pipe' }));
  return client;
}

const namesOf = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);
const refusal = (result: { content?: unknown }): { code: string; fix: string } => (JSON.parse((result.content as { text: string }[])[0]?.text ?? '{}') as { error: { code: string; fix: string } }).error;

describe('perfloop mcp', () => {
  it('offers every tool of the command line, what is known of runs, and judge', async () => {
    const client = await connected();
    const { tools } = await client.listTools();
    const { stdout } = await execa(process.execPath, [bin, 'tool', '--list', '--json']);
    const listed = (JSON.parse(stdout) as { group: string; name: string }[]).filter(({ group }) => group !== 'sandbox').map(({ name }) => name);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining([...listed, 'analyze', 'runs', 'run', 'trial', 'report', 'verdict', 'wiki_search', 'judge']));
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
    for (const { name, description, inputSchema, annotations } of tools) {
      expect({ name, description, type: inputSchema.type }).toEqual({ name, description: expect.stringMatching(/\w.*\.$/s) as string, type: 'object' });
      expect(annotations?.readOnlyHint, name).toBe(name !== 'judge');
    }
    expect(client.getInstructions()).toContain('believe no speed-up');
  });

  it('starts runs and decides only where that was allowed', async () => {
    const writes = ['start_run', 'approve', 'reject', 'rollback', 'budget', 'pause', 'resume', 'stop', 'cancel', 'sandbox_create', 'sandbox_apply', 'sandbox_validate', 'sandbox_measure', 'sandbox_commit', 'sandbox_remove'];
    const reader = await connected();
    expect((await namesOf(reader)).filter((name) => writes.includes(name))).toEqual([]);
    const judge = (await reader.listTools()).tools.find(({ name }) => name === 'judge');
    expect(Object.keys(judge?.inputSchema.properties ?? {})).not.toContain('benchmark');
    await expect(reader.callTool({ name: 'approve', arguments: { run: 'r-1', candidate: 'r1-1' } })).rejects.toThrow(/approve/);

    const writer = await connected('--allow-write');
    expect(await namesOf(writer)).toEqual(expect.arrayContaining(writes));
    const refused = await writer.callTool({ name: 'start_run', arguments: { repo: folder } });
    expect(refused.isError).toBe(true);
    expect(refusal(refused)).toMatchObject({ code: expect.stringMatching(/^PL_/) as string, fix: expect.stringMatching(/\w/) as string });
  });

  it('answers as the command line does', async () => {
    const client = await connected();
    const { structuredContent, content } = await client.callTool({ name: 'kernels', arguments: { profile: 'a.sqlite', match: 'plain' } });
    const { stdout } = await execa(process.execPath, [bin, 'tool', 'kernels', profile, '--match', 'plain', '--json'], { env: { PERFLOOP_HOME: join(folder, 'home') } });
    expect(structuredContent).toEqual(JSON.parse(stdout));
    expect(JSON.parse((content as { text: string }[])[0]?.text ?? '')).toEqual(structuredContent);
    const found = await client.callTool({ name: 'scanner_search', arguments: { repo: folder, pattern: 'def step' } });
    expect(found.structuredContent).toMatchObject({ abstained: null, rows: [{ file: 'train.py', line: 1 }] });
    const analysed = await client.callTool({ name: 'analyze', arguments: { profile } });
    expect(analysed.structuredContent).toMatchObject({ findings: [], abstained: expect.arrayContaining([expect.objectContaining({ rule: expect.stringMatching(/^[CH]\d/) as string, reason: expect.stringMatching(/\w/) as string })]) as object[] });
    const abstained = await client.callTool({ name: 'nvtx', arguments: { profile } });
    expect(abstained).toMatchObject({ structuredContent: { tool: 'nvtx', abstained: expect.stringContaining('NVTX_EVENTS') as string } });
  });

  it('cuts what is longer than anybody reads, and hands on names as data', async () => {
    const client = await connected();
    const { structuredContent, content } = await client.callTool({ name: 'kernels', arguments: { profile, match: 'script' } });
    const text = (content as { text: string }[])[0]?.text ?? '';
    expect(text.length).toBeLessThan(20_000);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\u0000-\u001f]/);
    expect((structuredContent as { rows: { kernel: string }[] }).rows[0]?.kernel).toMatch(/^<script>alert\(1\)<\/script>/);
  });

  it('tells a model what is wrong with a call, and goes on', async () => {
    const client = await connected();
    const missing = await client.callTool({ name: 'kernels', arguments: { profile: '/nowhere.sqlite' } });
    expect(missing.isError).toBe(true);
    expect(refusal(missing)).toMatchObject({ code: 'PL_PROFILE_MISSING' });
    const written = await client.callTool({ name: 'query', arguments: { profile, sql: 'DELETE FROM StringIds' } });
    expect(refusal(written)).toMatchObject({ code: 'PL_TOOL_SQL' });
    expect((await client.callTool({ name: 'kernels', arguments: { profile, limit: 0 } })).isError).toBe(true);
    expect(refusal(await client.callTool({ name: 'run', arguments: { run: 'r-none' } }))).toMatchObject({ code: 'PL_NO_SUCH_RUN' });
    expect((await client.callTool({ name: 'runs', arguments: {} })).structuredContent).toEqual({ runs: [] });
  });

  it('serves other calls while a long one works, and ends that one when it is cancelled', async () => {
    const client = await connected();
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT SUM(i) FROM n';
    const stop = new AbortController();
    const long = client.callTool({ name: 'query', arguments: { profile, sql: endless } }, { signal: stop.signal }).then(() => 'answered', () => 'cancelled');
    const meanwhile = await client.callTool({ name: 'health', arguments: { profile } });
    expect(meanwhile.structuredContent).toMatchObject({ tool: 'health', abstained: null });
    stop.abort();
    expect(await long).toBe('cancelled');
    expect((await client.callTool({ name: 'health', arguments: { profile } })).structuredContent).toMatchObject({ abstained: null });
  });

  it('ends when its client leaves', async () => {
    const served = execa(process.execPath, [bin, 'mcp'], { env: { PERFLOOP_HOME: join(folder, 'home') }, cwd: folder, input: '', reject: false, timeout: 60_000 });
    expect(await served).toMatchObject({ exitCode: 0, stdout: '' });
  });
});
