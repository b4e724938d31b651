import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import type { RunStatus } from '../../src/core/status.js';
import { testEngine } from '../support/engine.js';
import { errorOf, expectRefusal, folderOf, git, perfloop, temporaryFolder, type Ended } from './perfloop.js';

// What only shows once a run has begun: one engine for all of it.

const metric = (pattern: string) => `[[metrics]]\nname = "ops"\npattern = '${pattern}'\ngoal = "max"\n`;
const benchmark = '[commands]\nbenchmark = "sh bench.sh"\n';

interface Case {
  what: string;
  /** COUNT stands for a file outside of the worktrees. */
  bench: string;
  config: string;
  code: string;
  where: string;
  says: RegExp;
}

const cases: readonly Case[] = [
  { what: 'no metric', bench: 'echo hello', config: `${benchmark}${metric('ops: ([0-9]+)')}`, code: 'PL_BENCHMARK_FAILED', where: 'commands.benchmark: sh bench.sh', says: /metric ops is not in its output/ },
  { what: 'two metrics', bench: 'echo ops: 5; echo ops: 6', config: `${benchmark}${metric('ops: ([0-9]+)')}`, code: 'PL_BENCHMARK_FAILED', where: 'commands.benchmark', says: /more than once: set `match = "last"`/ },
  { what: 'NaN', bench: 'echo ops: NaN', config: `${benchmark}${metric('ops: (.+)')}`, code: 'PL_BENCHMARK_FAILED', where: 'commands.benchmark', says: /not a number/ },
  { what: 'a pattern that would backtrack for ever', bench: 'head -c 2000000 /dev/zero | tr "\\0" a', config: `${benchmark}${metric('(?:a+)+(b)')}`, code: 'PL_BENCHMARK_FAILED', where: 'commands.benchmark', says: /metric ops is not in its output/ },
  { what: 'a benchmark that fails sometimes', bench: 'n=$(cat COUNT 2>/dev/null || echo 0); n=$((n + 1)); echo $n > COUNT; [ $((n % 4)) != 0 ] || { echo boom >&2; exit 3; }', config: benchmark, code: 'PL_BENCHMARK_UNUSABLE', where: 'commands.benchmark', says: /exit code 3: boom/ },
  { what: 'a benchmark that does not end', bench: 'sleep 600', config: '[commands]\nbenchmark = { run = "sh bench.sh", timeout = "1s" }\n', code: 'PL_BENCHMARK_FAILED', where: 'commands.benchmark', says: /stopped after 1 s/ },
  { what: 'tests red at the base', bench: 'true', config: `${benchmark}test = "echo 3 tests failed; exit 1"\n`, code: 'PL_BASE_RED', where: 'commands.test', says: /3 tests failed/ },
  { what: 'no Python of the target', bench: 'true', config: `${benchmark}build = "python9.9 build.py"\n`, code: 'PL_BASE_RED', where: 'commands.build: python9.9', says: /python9\.9: (?:command )?not found/ },
];

it('names what is wrong with a benchmark, its tests and its tools, and what to do', async () => {
  const engine = testEngine({ workerScript: null });
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  const run = async (...args: string[]): Promise<Ended> => await perfloop(args, { cwd: folder.path, env: engine.env });

  for (const [index, { what, bench, config, code, where, says }] of cases.entries()) {
    const files = { 'bench.sh': `${bench.replaceAll('COUNT', join(folder.path, 'count'))}\n`, 'perfloop.toml': `${config}[sandbox]\nwritable = ["${folder.path}"]\n` };
    const dir = folderOf(join(folder.path, `t${index}`), files, { commit: true });
    const ended = await run('run', dir, '--json', '--rounds', '1');
    const status = JSON.parse(ended.stdout) as RunStatus;
    expect({ what, code: ended.code, state: status.state, error: status.error }).toMatchObject({ what, code: 2, state: 'failed', error: { code, where: expect.stringContaining(where), fix: expect.stringMatching(/\S/), message: expect.stringMatching(says) } });
  }

  // The same for a person: short, however much the benchmark prints on one line.
  const flood = await run('run', join(folder.path, 't3'), '--rounds', '1');
  expect(flood.code).toBe(2);
  expect(flood.stdout).toContain('error PL_BENCHMARK_FAILED: ');
  expect(Math.max(...flood.stdout.split('\n').map((line) => line.length))).toBeLessThan(1200);
});

it('warns of what is not measured, and takes no decision twice', async () => {
  const engine = testEngine({ workerScript: null });
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  const run = async (...args: string[]): Promise<Ended> => await perfloop(args, { cwd: folder.path, env: engine.env });
  const inner = folderOf(join(folder.path, 'inner'), { a: '' }, { commit: true });
  const gate = join(folder.path, 'gate');
  writeFileSync(gate, '');
  const dir = folderOf(join(folder.path, 'repo'), { 'bench.sh': `while [ -e '${gate}' ]; do sleep 0.05; done\n`, 'perfloop.toml': `${benchmark}[sandbox]\nwritable = ["${folder.path}"]\n` }, { commit: true });
  git(dir, 'submodule', 'add', '--quiet', inner, 'vendor');
  git(dir, 'commit', '--quiet', '--message', 'submodule');
  writeFileSync(join(dir, 'bench.sh'), 'exit 1\n');

  const started = await run('run', dir, '--detach');
  expect(started.code).toBe(0);
  expect(started.stderr).toMatch(/warning: The working tree is dirty \(1 changed\): what is not committed is not measured/);
  expect(started.stderr).toMatch(/warning: Submodules are empty in perfloop's worktrees \(vendor\)/);
  const id = /r-[a-z2-7]{8}/.exec(started.stdout)?.[0] ?? '';

  expectRefusal(await run('approve', id, 'r9-9'), { code: 'PL_NO_SUCH_CANDIDATE', where: id });
  expectRefusal(await run('attach', 'r-zzzzzzzz'), { code: 'PL_NO_SUCH_RUN', where: engine.home.root });

  // The server goes while somebody looks on, and nobody brings it back; leaving then is as quiet as ever.
  const attached = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'attach', id], { env: engine.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  attached.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  attached.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  const left = new Promise<number | null>((resolve) => attached.once('close', resolve));
  await expect.poll(() => seen.stdout, { timeout: 60_000 }).toContain('phase');
  const { supervisor, server } = engine.state();
  process.kill(supervisor.pid, 'SIGSTOP');
  onTestFinished(() => {
    if (existsSync(`/proc/${supervisor.pid}`)) process.kill(supervisor.pid, 'SIGCONT');
  });
  process.kill(server?.pid ?? -1, 'SIGKILL');
  await expect.poll(() => seen.stdout, { timeout: 60_000 }).toContain('server away, trying again');
  attached.kill('SIGINT');
  expect({ code: await left, stderr: seen.stderr }).toEqual({ code: 0, stderr: '' });
  expect(seen.stdout).toContain(`perfloop attach ${id}`);
  process.kill(supervisor.pid, 'SIGCONT');
  await engine.readyAgain((state) => state.server?.pid !== server?.pid);

  // Nothing was lost; and what is over takes no more decisions.
  expect((await run('cancel', id)).code).toBe(0);
  rmSync(gate, { force: true });
  await expect.poll(async () => (JSON.parse((await run('show', id, '--json')).stdout) as RunStatus).state, { timeout: 60_000 }).toBe('cancelled');
  expect(errorOf(await run('approve', id, 'final', '--json'))).toMatchObject({ code: 'PL_RUN_OVER', where: id });
});
