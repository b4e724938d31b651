import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { devicesOf } from '../../src/core/verdict/one-device.js';
import { hostIdentity } from '../../src/measure/environment.js';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { artifactsOf } from '../../src/store/artifacts-of.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { workerScript } from '../../src/worker/engine/package-paths.js';
import { journalsOf, worktreesOf } from '../support/home-files.js';
import { patience, sharedLoop } from '../support/loop.js';
import { netNamespace, noNetNamespace, wayToServer, type NetNamespace } from '../support/net-namespace.js';
import { expectIntact, testTarget } from './expect-intact.js';

/** The engine's own worker is the hub; the hosts of the kind are others, each with a home and a network of its own. */
const loop = sharedLoop();
const root = mkdtempSync(join(tmpdir(), 'perfloop-cut-off-'));
const noNetwork = noNetNamespace();
const started: { child: ChildProcess; network: NetNamespace }[] = [];
let tries = 0;

afterAll(async () => {
  await endAll();
  rmSync(root, { recursive: true, force: true });
});

/** Enough pairs that the host which is cut off is not done when some were taken in the dark. */
const config = { machine: { tag: 'cpu.fast' }, verdict: { protocol: 'fixed', warmups: 0, runs: 30, builds: 1 } } as const;

it(`a host that is cut off while it samples loses the run to another; what it measured in the dark, and as it comes back, counts for nothing${noNetwork === null ? '' : ` (its way to the server is stopped. SKIPPED: a network of its own ${noNetwork})`}`, { timeout: 600_000 }, async () => {
  // What a first try of the test left would take its runs.
  await endAll();
  tries += 1;
  const target = testTarget({ config });
  const before = target.fingerprint();
  const one = await host('one');
  // Further than the noise of the base goes: while the trial is measured.
  target.hold('bench', 8);
  const run = await loop.judge(target);
  await expect.poll(() => target.count('bench', 'held'), { ...patience, timeout: 120_000 }).toBe(1);
  const seen = pairsIn(one.home, run).length;
  expect(seen).toBeGreaterThan(0);

  // It knows nothing of it and samples on, until it is held again.
  one.network.cut();
  target.release('bench');
  await expect.poll(() => pairsIn(one.home, run).length, patience).toBeGreaterThan(seen);
  target.hold('bench', 8);
  const two = await host('two');
  const heldBy = (home: Home): boolean => target.effects().some(({ what, worktree }) => what === 'held' && worktree.startsWith(home.root));
  await expect.poll(() => heldBy(two.home), { ...patience, timeout: 240_000 }).toBe(true);
  const dark = pairsIn(one.home, run);
  const orphans = target.effects().filter(({ worktree }) => worktree.startsWith(one.home.root));

  // It comes back while the other one is at the same trial, and hears that the run has gone on without it.
  one.network.mend();
  await expect.poll(async () => (await target.processes()).filter((pid) => orphans.some((orphan) => orphan.pid === pid)), { ...patience, timeout: 180_000 }).toEqual([]);
  target.release('bench');
  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  const samples = await samplesOf(run);
  expect(samples).toEqual(pairsIn(two.home, run));
  expect(devicesOf(samples)).toEqual([`${two.id}/cpu`]);
  expect(pairsIn(one.home, run)).toEqual(dark);

  // It gives its lease back by itself, is leased as before, and keeps nothing of what it lost.
  two.child.kill('SIGKILL');
  await ended(two.child);
  const second = testTarget({ config: { ...config, verdict: { ...config.verdict, runs: 6 } } });
  const next = await loop.judge(second);
  expect(await loop.ended(next)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  expect(devicesOf(await samplesOf(next))).toEqual([`${one.id}/cpu`]);
  await expectIntact({ worktrees: () => [...loop.worktrees(), ...worktreesOf(two.home)] }, target, { before, interruptions: 0 });
  await expect.poll(() => worktreesOf(one.home), { ...patience, timeout: 180_000 }).toEqual([]);
});

/** Starts a worker for one run at a time, and waits until it serves. */
async function host(name: string): Promise<{ home: Home; id: string; child: ChildProcess; network: NetNamespace }> {
  const { address, namespace } = loop.state();
  // Apart from those of the other test that makes some, should both run in one process.
  const network = noNetwork === null ? await netNamespace(31 + started.length, address) : await wayToServer(address);
  const folder = join(root, String(tries), name);
  mkdirSync(folder, { recursive: true });
  const env = { ...loop.env, PERFLOOP_HOME: folder, PERFLOOP_ARTIFACTS: loop.home.artifacts, TEMPORAL_ADDRESS: network.address, TEMPORAL_NAMESPACE: namespace, PERFLOOP_JOB: '' };
  const log = join(folder, 'worker.log');
  const [file, ...args] = [...network.prefix, process.execPath, workerScript, '--tag', 'cpu.fast', '--runs', '1'];
  const child = spawn(file, args, { env, stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')] });
  started.push({ child, network });
  await expect.poll(() => readFileSync(log, 'utf8'), patience).toContain('serves cpu.fast');
  const home = homeFrom(env);
  return { home, id: (await hostIdentity(home)).id, child, network };
}

async function endAll(): Promise<void> {
  for (const { child, network } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended(child);
    await network.remove();
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => void child.once('exit', resolve));
}

/** By which the trial of a run was decided. */
async function samplesOf(run: string): Promise<Pair[]> {
  const [trial] = (await loop.status(run)).trials;
  if (!trial?.samples) throw new Error('no samples');
  return (await artifactsOf(loop.home).getJson(trial.samples, samplesSchema)).pairs;
}

/** The pairs of the trial in the journals of a host, in the order of the stages. */
function pairsIn(home: Home, run: string): Pair[] {
  const pairs = [...journalsOf(home, run)].filter(([name]) => name.startsWith('candidate/')).flatMap(([, text]) => text.split('\n').slice(1, -1).map((line) => JSON.parse(line) as Pair));
  const inStage = (stage: string) => pairs.filter((pair) => pair.stage === stage);
  return [...inStage('screen'), ...inStage('confirm')];
}
