import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { CommandRequest } from '../../src/measure/command.js';
import { runCommand } from '../../src/measure/run-command.js';
import { takeSample } from '../../src/measure/sample.js';
import { launcherProblem, openLauncher } from '../../src/measure/start-command.js';
import { isAlive, pidIn, temporaryFolder } from './support.js';

const env = { PATH: process.env['PATH'] ?? '' };
// For the whole file: whether there can be a launcher is found out once a process.
vi.stubEnv('PATH', '/nowhere');

async function run(command: string, more: Partial<CommandRequest> = {}) {
  return runCommand({ command, cwd: '/', env, timeoutMs: 60_000, ...more });
}

test('where no launcher works it is said why, and nothing is claimed of what a command used', async () => {
  const why = process.platform === 'linux' ? 'setsid' : process.platform;
  expect(await launcherProblem()).toContain(why);
  expect(await openLauncher([])).toBeNull();
  expect(await run('cat; echo oops >&2; exit 3', { stdin: 'in' })).toMatchObject({ ok: false, exitCode: 3, stdout: 'in', stderr: 'oops\n', usage: null });
});

test('a command is then started by Node, with all that holds elsewhere', async () => {
  const folder = await temporaryFolder();
  const file = await open(join(folder, 'held'), 'w');
  await run('echo through >&3', { hold: [file.fd] });
  await file.close();
  expect(await readFile(join(folder, 'held'), 'utf8')).toBe('through\n');

  const running = run(`trap '' TERM; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' & while :; do sleep 1; done`, { cwd: folder, timeoutMs: 1500, graceMs: 50 });
  const child = await pidIn(join(folder, 'child'));
  expect(await running).toMatchObject({ ok: false, timedOut: true, signal: 'SIGKILL' });
  expect(await isAlive(child)).toBe(false);

  await expect(run('true', { env: { LARGE: 'x'.repeat(10_000_000) } })).rejects.toMatchObject({ code: 'PL_COMMAND_SPAWN' });
});

test('a metric that is CPU time or memory is refused there, with what to do', async () => {
  const command = { run: 'true', cwd: '.', env: {}, timeout: 60_000 };
  const rules = [{ name: 'cpu', source: 'cpu' as const, pattern: null, match: 'only' as const }];
  await expect(takeSample({ command, worktree: '/', rules })).rejects.toMatchObject({ code: 'PL_NO_USAGE', where: 'metrics, source = "cpu"' });
});
