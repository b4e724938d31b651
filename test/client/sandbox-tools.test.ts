import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The command line and an MCP server as processes, with a real git and real commands. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-sandbox-tools-'));
const repo = join(folder, 'repo');
const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: repo, encoding: 'utf8' }).trim();

beforeAll(() => {
  mkdirSync(join(repo, 'test'), { recursive: true });
  writeFileSync(join(repo, 'delay'), '0.2\n');
  writeFileSync(join(repo, 'test', 'check.sh'), 'grep -q "^0" delay\n');
  writeFileSync(join(repo, 'perfloop.toml'), '[commands]\nbuild = "cp delay built"\ntest = "sh test/check.sh"\nbenchmark = "sleep $(cat built)"\n');
  writeFileSync(join(repo, '.gitignore'), 'built\n');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'base');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  facts: Record<string, unknown>;
  rows: Record<string, unknown>[];
  notes: string[];
  error?: { code: string; message: string };
}
const env = { PATH: process.env['PATH'] ?? '', PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' };
const cli = async (...args: string[]): Promise<Told> => JSON.parse((await execa(process.execPath, [bin, 'tool', ...args, '--json'], { env, reject: false, cwd: folder })).stdout) as Told;
const client = new Client({ name: 'test', version: '1.0.0' });
beforeAll(() => client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--allow-write'], env, cwd: folder, stderr: 'pipe' })));
afterAll(() => client.close());
const tool = async (name: string, input: object): Promise<Told> => {
  const { content } = await client.callTool({ name, arguments: { ...input } });
  return JSON.parse((content as { text: string }[])[0]?.text ?? '{}') as Told;
};
const diffOf = (from: string, to: string): string => `--- a/delay\n+++ b/delay\n@@ -1 +1 @@\n-${from}\n+${to}\n`;

it('tries a change in worktrees of perfloop\'s own: refused unless allowed, tested before it is committed, measured without a verdict', async () => {
  expect((await cli('sandbox_create', '--repo', 'repo')).error?.code).toBe('PL_TOOL_WRITES');
  const { facts: { sandbox, worktree } } = await cli('sandbox_create', '--repo', 'repo', '--allow-write');
  expect(String(worktree)).toContain(join(folder, 'home', 'worktrees'));
  expect((await tool('sandbox_measure', { sandbox })).error?.code).toBe('PL_SANDBOX_EMPTY');
  expect((await tool('sandbox_apply', { sandbox, diff: diffOf('0.99', '0.01') })).error).toMatchObject({ code: 'PL_SANDBOX_CHANGE', message: expect.stringContaining('does not apply') as string });
  const ofTest = '--- a/test/check.sh\n+++ b/test/check.sh\n@@ -1 +1 @@\n-grep -q "^0" delay\n+true\n';
  expect((await tool('sandbox_apply', { sandbox, diff: ofTest })).error?.message).toMatch(/changes what must not change: test\/check\.sh/);

  expect((await cli('sandbox_apply', '--sandbox', String(sandbox), '--edits', 'delay', '--allow-write')).error).toMatchObject({ code: 'PL_TOOL_INPUT', message: '--edits is a list in JSON.' });
  await cli('sandbox_apply', '--sandbox', String(sandbox), '--edits', JSON.stringify([{ file: 'delay', old: '0.2', new: 'later' }]), '--allow-write');
  const red = await tool('sandbox_validate', { sandbox });
  expect([red.facts['valid'], red.rows.map(({ step, ok }) => [step, ok])]).toEqual([false, [['build', true], ['test', false]]]);
  expect((await tool('sandbox_commit', { sandbox, message: 'x' })).error?.code).toBe('PL_SANDBOX_UNTESTED');

  expect((await tool('sandbox_apply', { sandbox, diff: diffOf('later', '0.01') })).rows).toEqual([{ file: 'delay' }]);
  expect((await tool('sandbox_validate', { sandbox })).facts['valid']).toBe(true);
  const measured = await tool('sandbox_measure', { sandbox, pairs: 4 });
  expect(measured.facts).toMatchObject({ kind: 'a cheap measurement, not a verdict', pairs: 4 });
  expect(measured.facts['ratio']).toBeGreaterThan(1.2);
  expect(measured.notes.join(' ')).toContain('This is no verdict.');
  const committed = await tool('sandbox_commit', { sandbox, message: 'Wait less' });
  git('fetch', '--quiet', ...String(committed.facts['fetch']).split(' ').slice(2));
  expect(git('log', '--format=%s', 'FETCH_HEAD').split('\n')).toEqual(['Wait less', 'base']);
  expect(git('show', 'FETCH_HEAD:delay')).toBe('0.01');
  // The repository itself is as it was.
  expect([readFileSync(join(repo, 'delay'), 'utf8'), git('status', '--porcelain')]).toEqual(['0.2\n', '']);
  expect((await tool('sandbox_remove', { sandbox })).facts).toEqual({ sandbox });
  expect((await tool('sandbox_validate', { sandbox })).error?.code).toBe('PL_NO_SUCH_SANDBOX');
}, 60_000);
