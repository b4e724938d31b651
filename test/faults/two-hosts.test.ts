import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { devicesOf } from '../../src/core/verdict/one-device.js';
import { hostIdentity } from '../../src/measure/environment.js';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { artifactsOf } from '../../src/store/artifacts-of.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { settleUploads } from '../../src/store/uploads.js';
import { workerScript } from '../../src/worker/engine/package-paths.js';
import { journalsOf, worktreesOf } from '../support/home-files.js';
import { killIfThere, patience, sharedLoop } from '../support/loop.js';
import { noS3, startS3, type S3Server } from '../support/s3-server.js';
import { expectIntact, testTarget } from './expect-intact.js';

/** Where it can be had, a bucket is all that the hosts share; else a folder. */
const s3 = noS3 === null ? await startS3() : null;
// Ends last: hooks run in the reverse order.
afterAll(async () => s3?.stop());
// For what this process itself puts into the bucket.
if (s3 !== null) Object.assign(process.env, { ...s3.env, PERFLOOP_ARTIFACTS: '' });

/** The engine's own worker is the hub; the hosts of the kind are two others, with homes of their own. */
const loop = sharedLoop({ env: { ...s3?.env } });
const root = mkdtempSync(join(tmpdir(), 'perfloop-hosts-'));
const started: ChildProcess[] = [];

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.map(async (child) => child.exitCode ?? child.signalCode ?? (await new Promise((resolve) => void child.once('exit', resolve)))));
  rmSync(root, { recursive: true, force: true });
});

it(`goes on with another host of the kind when one is lost in the middle of a trial, and mixes no samples${noS3 === null ? ', with all but a bucket of their own' : ` (in a shared folder. A bucket is ${noS3})`}`, { timeout: 600_000 }, async () => {
  const counting = testTarget({ config: { machine: { tag: 'cpu.fast' } } });
  const before = counting.fingerprint();
  const one = await host('one');
  // Further than the noise of the base goes: while the trial confirms.
  counting.hold('bench', 8);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const other = await host('other');
  // What the run is made of is old, and some of it is in the histories alone: an orphan goes, the run goes on.
  if (s3 !== null) await collectsAnOrphanOnly(s3);
  one.child.kill('SIGKILL');
  // It never comes back, and the machine with all that ran on it is gone too.
  for (const pid of await counting.processes()) killIfThere(pid);
  counting.release('bench');

  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  const trial = end.status?.trials[0];
  if (!trial?.samples) throw new Error('no samples');
  const { pairs: samples, rule } = await artifactsOf(loop.home).getJson(trial.samples, samplesSchema);
  expect(rule?.metrics).toEqual(end.status?.evidence?.metrics);
  expect(samples).toEqual(pairsIn(other.home, run));
  expect(devicesOf(samples)).toEqual([`${(await hostIdentity(other.home)).id}/cpu`]);
  // It had nothing of the target but what came out of the bucket.
  if (s3 !== null) expect(readdirSync(other.home.artifactCache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bundle'))).not.toEqual([]);
  // The first host had got as far as the confirmation.
  expect(pairsIn(one.home, run).map(({ stage }) => stage)).toContain('confirm');
  await expectIntact({ worktrees: () => [...loop.worktrees(), ...worktreesOf(other.home)] }, counting, { before, interruptions: 0 });

  // When the lost host comes back, it reclaims what it had.
  expect(worktreesOf(one.home)).not.toEqual([]);
  await host('one');
  await expect.poll(() => worktreesOf(one.home), patience).toEqual([]);
});

async function collectsAnOrphanOnly({ folder }: S3Server): Promise<void> {
  const artifacts = artifactsOf(loop.home);
  const orphan = await artifacts.put('text', 'nobody refers to this');
  await settleUploads();
  const bucketFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.'));
  const then = Date.now() / 1000 - 90 * 24 * 3600;
  for (const file of bucketFiles) utimesSync(join(folder, file), then, then);
  const { code, stdout } = await loop.cli('gc', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ runs: { open: 1 }, removed: { count: 1, bytes: orphan.bytes } });
}

/** Starts a worker with a home of its own, and waits until it serves. */
async function host(name: string): Promise<{ home: Home; child: ChildProcess }> {
  const { address, namespace } = loop.state();
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const env = { ...loop.env, PERFLOOP_HOME: folder, PERFLOOP_ARTIFACTS: loop.home.artifacts, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, PERFLOOP_JOB: '' };
  const log = join(folder, `worker-${started.length}.log`);
  const child = spawn(process.execPath, [workerScript, '--tag', 'cpu.fast'], { env, stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')] });
  started.push(child);
  await expect.poll(() => readFileSync(log, 'utf8'), patience).toContain('serves cpu.fast');
  return { home: homeFrom(env), child };
}

/** The pairs of the trial in the journals of a host, in the order of the stages. */
function pairsIn(home: Home, run: string): Pair[] {
  const pairs = [...journalsOf(home, run)].filter(([name]) => name.startsWith('candidate/')).flatMap(([, text]) => text.split('\n').slice(1, -1).map((line) => JSON.parse(line) as Pair));
  const inStage = (stage: string) => pairs.filter((pair) => pair.stage === stage);
  return [...inStage('screen'), ...inStage('confirm')];
}
