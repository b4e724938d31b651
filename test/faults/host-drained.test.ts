import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Hosts } from '../../src/client/verbs/hosts.js';
import { devicesOf } from '../../src/core/verdict/one-device.js';
import { hostIdentity } from '../../src/measure/environment.js';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { workerScript } from '../../src/worker/engine/package-paths.js';
import { journalsOf, worktreesOf } from '../support/home-files.js';
import { patience, sharedLoop } from '../support/loop.js';
import { netNamespace, noNetNamespace, type NetNamespace } from '../support/net-namespace.js';
import { expectIntact, testTarget } from './expect-intact.js';

/** The engine's own worker is the hub; the hosts of the kind are others, with homes and where it is allowed networks of their own. */
const loop = sharedLoop();
const root = mkdtempSync(join(tmpdir(), 'perfloop-drained-'));
const noNetwork = noNetNamespace();
const started: ChildProcess[] = [];
const networks: NetNamespace[] = [];
let tries = 0;

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.map(ended));
  for (const network of networks) await network.remove();
  rmSync(root, { recursive: true, force: true });
});

/** Few samples: what is looked at is where they are taken. */
const config = { machine: { tag: 'cpu.fast' }, verdict: { protocol: 'fixed', warmups: 0, runs: 6, builds: 1 } } as const;

it(`a run waits for a host that is leased, goes to one that is idle, and on to another when its host drains${noNetwork === null ? ', each in a network of its own' : ` (in one network. SKIPPED: one each ${noNetwork})`}`, { timeout: 600_000 }, async () => {
  // What a first try of the test left would take its runs.
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.map(ended));
  tries += 1;
  const [first, second] = [testTarget({ config }), testTarget({ config })];
  const before = { first: first.fingerprint(), second: second.fingerprint() };
  const one = await host('one');
  // In the noise of the base: it is tried once, a pair warms up, and one is taken before.
  first.hold('bench', 4);
  const run = await loop.judge(first);
  await expect.poll(() => first.count('bench', 'held'), { ...patience, timeout: 120_000 }).toBe(1);
  const queued = await loop.judge(second);
  await expect.poll(() => lastFailure(queued), patience).toContain(`is leased: cpu by ${run}`);
  // A worker writes its entry every few seconds.
  await expect.poll(() => listed(one.id), patience).toMatchObject({ state: 'serving', tags: ['cpu.fast'], leases: [{ device: 'cpu', run }] });

  // An idle one comes, and takes what waits.
  const two = await host('two');
  expect(await loop.ended(queued)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done' } });
  expect(await devicesOfTrial(queued)).toEqual([`${two.id}/cpu`]);

  // The first one finishes the pair that it is at, gives its lease back and ends.
  const taken = pairsIn(one.home, run);
  one.child.kill('SIGTERM');
  await expect.poll(async () => (await listed(one.id))?.state, patience).toBe('draining');
  first.release('bench');
  await ended(one.child);
  expect(one.child.exitCode).toBe(0);
  expect(pairsIn(one.home, run)).toBeGreaterThan(taken);
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done' } });
  expect(await devicesOfTrial(run)).toEqual([`${two.id}/cpu`]);
  await expect.poll(() => listed(one.id), patience).toBeUndefined();

  // What the drained one had open is closed when it starts again.
  await host('one');
  const worktrees = () => [...loop.worktrees(), ...worktreesOf(two.home), ...worktreesOf(one.home)];
  await expectIntact({ worktrees }, first, { before: before.first, interruptions: 0 });
  await expectIntact({ worktrees }, second, { before: before.second, interruptions: 0 });
});

/** Starts a worker for one run at a time, with a home of its own, and waits until it serves. */
async function host(name: string): Promise<{ home: Home; id: string; child: ChildProcess }> {
  const state = loop.state();
  const network = noNetwork === null ? await netNamespace(started.length, state.address) : null;
  if (network !== null) networks.push(network);
  const folder = join(root, String(tries), name);
  mkdirSync(folder, { recursive: true });
  const env = { ...loop.env, PERFLOOP_HOME: folder, PERFLOOP_ARTIFACTS: loop.home.artifacts, TEMPORAL_ADDRESS: network?.address ?? state.address, TEMPORAL_NAMESPACE: state.namespace, PERFLOOP_JOB: '' };
  const log = join(folder, `worker-${started.length}.log`);
  const [file, ...args] = [...(network?.prefix ?? []), process.execPath, workerScript, '--tag', 'cpu.fast', '--runs', '1', '--drain-ms', '300000'];
  const child = spawn(file, args, { env, stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')] });
  started.push(child);
  await expect.poll(() => readFileSync(log, 'utf8'), patience).toContain('serves cpu.fast');
  const home = homeFrom(env);
  return { home, id: (await hostIdentity(home)).id, child };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => void child.once('exit', resolve));
}

async function listed(id: string): Promise<Hosts['hosts'][number] | undefined> {
  const { code, stdout, stderr } = await loop.cli('hosts', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as Hosts).hosts.find(({ host }) => host === id);
}

/** Why what a workflow waits for is not there yet. */
async function lastFailure(workflow: string): Promise<string> {
  const { raw } = await loop.client().workflow.getHandle(workflow).describe();
  return (raw.pendingActivities ?? []).map(({ lastFailure: failure }) => failure?.message ?? '').join();
}

async function devicesOfTrial(run: string): Promise<string[]> {
  const [trial] = (await loop.status(run)).trials;
  if (!trial?.samples) throw new Error('no samples');
  return devicesOf((await openArtifacts(loop.home.artifacts).getJson(trial.samples, samplesSchema)).pairs);
}

/** How many pairs of a run are on the disk of a host. */
function pairsIn(home: Home, run: string): number {
  return [...journalsOf(home, run).values()].reduce((sum, text) => sum + text.split('\n').length - 2, 0);
}
