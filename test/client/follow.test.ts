import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { testEngine, type TestEngine } from '../support/engine.js';

// Following a real run through the death of its worker, as a user sees it.

const patience = { timeout: 90_000, interval: 50 };

interface Target {
  dir: string;
  /** While this file is there, the benchmark does not end. */
  gate: string;
}

function makeTarget(): Target {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-follow-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, 'repo');
  const gate = join(root, 'gate');
  mkdirSync(dir);
  writeFileSync(gate, '');
  writeFileSync(join(dir, 'bench.sh'), `while [ -e '${gate}' ]; do sleep 0.02; done\nsleep 0.05\n`);
  writeFileSync(join(dir, 'perfloop.toml'), '[commands]\nbenchmark = "sh bench.sh"\n[verdict]\nnoise_pairs = 4\n# Else /tmp is another one, and nobody waits at the gate.\n[sandbox]\nmode = "off"\n');
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: dir, stdio: 'ignore' });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'start');
  return { dir, gate };
}

interface Running {
  pid: number;
  output: () => string;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function perfloop(engine: TestEngine, ...args: string[]): Running {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), ...args], { cwd: engine.home.root, env: engine.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...out }));
  });
  return { pid: child.pid ?? -1, output: () => out.stdout + out.stderr, ended };
}

it('goes on with what is known while the worker is away, is left by Ctrl-C, and ends with the run', async () => {
  const engine = testEngine({ workerScript: null });
  const target = makeTarget();

  const started = await perfloop(engine, 'run', target.dir, '--detach', '--json').ended;
  expect(started).toMatchObject({ code: 0, stderr: expect.stringContaining('Starting the Temporal server') });
  const { run } = JSON.parse(started.stdout) as { run: string };
  expect(run).toMatch(/^r-[a-z2-7]{8}$/);

  const attached = perfloop(engine, 'attach', run);
  await expect.poll(attached.output, patience).toContain('trying the benchmark');

  // The worker dies, and nobody starts another one.
  const { supervisor, worker } = engine.state();
  process.kill(supervisor.pid, 'SIGSTOP');
  onTestFinished(() => {
    try {
      process.kill(supervisor.pid, 'SIGCONT');
    } catch {
      // It ended with the test's engine.
    }
  });
  process.kill(worker?.pid ?? -1, 'SIGKILL');
  await expect.poll(attached.output, patience).toContain('worker away, waiting');

  // A decision does not hang: it is sent, to be taken or ignored by the next worker.
  const decided = await perfloop(engine, 'approve', run, 'r1-1', '--json').ended;
  expect({ code: decided.code, ...(JSON.parse(decided.stdout) as object) }).toMatchObject({ code: 0, run, delivery: 'sent' });
  // The store still tells the run.
  expect(JSON.parse((await perfloop(engine, 'show', run, '--json').ended).stdout)).toMatchObject({ run, state: 'running' });

  process.kill(supervisor.pid, 'SIGCONT');
  await expect.poll(attached.output, patience).toContain('connected again');

  process.kill(attached.pid, 'SIGINT');
  expect(await attached.ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`${run} goes on without you\n  perfloop attach ${run} `) });

  // With a worker, what cannot be decided is refused at once.
  const refused = await perfloop(engine, 'approve', run, 'r1-1').ended;
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('error PL_NO_SUCH_CANDIDATE: no candidate r1-1 in this run') });

  const again = perfloop(engine, 'attach', run, '--json');
  expect((await perfloop(engine, 'cancel', run).ended).stdout).toContain(`${run} is being cancelled`);
  const ended = await again.ended;
  expect(ended.code).toBe(2);
  expect(JSON.parse(ended.stdout)).toMatchObject({ run, state: 'cancelled' });
  expect((await perfloop(engine, 'pause', run).ended).stderr).toContain(`PL_RUN_OVER: run ${run} is over (cancelled)`);
  expect((await perfloop(engine, 'down', '--json').ended).stdout).toContain('"wasRunning": true');
});
