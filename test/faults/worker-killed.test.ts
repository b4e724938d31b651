import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import type { Pair } from '../../src/core/sample.js';
import { countedPairs } from '../../src/core/verdict/aside.js';
import { git } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { expectIntact, testTarget } from './expect-intact.js';

const loop = sharedLoop();

it('goes on after the worker is killed in a setup, in a build and in a test', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  const held = () => counting.count(role, 'held');
  let role: 'setup' | 'build' | 'test' = 'setup';
  counting.hold(role);
  const run = await loop.judge(counting);
  for (const next of ['build', 'test', null] as const) {
    await expect.poll(held, patience).toBe(1);
    await loop.kill('worker');
    // The next worker ends what the killed one left and begins the step again.
    await expect.poll(held, patience).toBe(2);
    const [killed] = counting.effects().filter((effect) => effect.role === role && effect.what === 'held');
    expect(await counting.processes()).not.toContain(killed?.pid);
    if (next !== null) counting.hold(next);
    counting.release(role);
    if (next !== null) role = next;
  }
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 3 });
});

it('goes on at the pair where it was after the worker is killed while it samples', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  // In the noise of the base: the trial of the benchmark, the pair to warm up, and two pairs come before.
  counting.hold('bench', 5);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const noise = loop.journals(run);
  await loop.kill('worker');
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(2);
  counting.release('bench');
  await expect.poll(() => counting.count('bench', 'end'), patience).toBeGreaterThan(10);
  counting.hold('bench', 8);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(3);
  const confirmed = loop.journals(run);
  await loop.kill('worker');
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(4);
  counting.release('bench');

  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  const after = loop.journals(run);
  // No pair was taken again and none was lost: what was on the disk when it was killed is the beginning of what is there now.
  for (const [name, text] of [...noise, ...confirmed]) expect(after.get(name)?.startsWith(text), name).toBe(true);
  expect([...after.keys()].filter((name) => name.includes('aside'))).toEqual([]);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('goes on with the pair and the builds where it was after the worker is killed while it samples several', { timeout: 400_000 }, async () => {
  const counting = testTarget({ config: { verdict: { builds: 'auto' } } });
  const before = counting.fingerprint();
  const run = await loop.judge(counting);
  const journal = () => [...loop.journals(run)].find(([name]) => name.includes('samples-confirm'))?.[1] ?? '';
  // Its head and three pairs.
  await expect.poll(() => journal().split('\n').length, { ...patience, timeout: 240_000 }).toBeGreaterThan(4);
  counting.hold('bench', 1);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const confirmed = journal();
  await loop.kill('worker');
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(2);
  counting.release('bench');

  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  expect(journal().startsWith(confirmed)).toBe(true);
  const [, ...pairs] = journal().trimEnd().split('\n').map((line) => JSON.parse(line) as Pair);
  expect(pairs.map(({ index }) => index)).toEqual(pairs.map((_, index) => index));
  // What is set aside, for a load from outside, is taken again of its build.
  expect(countedPairs(pairs).slice(0, 8).map(({ build }) => build)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // Set up and built once each, as if nothing had happened.
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('never lets two attempts of a step work at once when the worker hung for a while', async () => {
  // Takes its time to die, so that the next attempt could come too early.
  const stubborn = `trap '' TERM; note held; while [ -e "$FAULT_GATES/stubborn" ]; do sleep 0.02; done; mkdir -p out; cat src/delay > out/delay`;
  const counting = testTarget({ replace: { build: stubborn } });
  const before = counting.fingerprint();
  counting.hold('stubborn');
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('build', 'held'), patience).toBe(1);
  const hung = await loop.kill('worker', 'SIGSTOP');
  // The server gives it up; the build itself goes on.
  await expect.poll(() => loop.attempts(run), patience).toEqual([2]);
  process.kill(hung, 'SIGCONT');
  await expect.poll(() => counting.count('build', 'held'), patience).toBe(2);
  counting.release('stubborn');
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 1 });
});

it('applies a candidate once although the worker is killed in between', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  // The first is of the proposing program; the second adds what the trial applied to a worktree.
  loop.git.hold('add --all', 2);
  onTestFinished(() => loop.git.release());
  const run = await loop.start(counting);
  await expect.poll(() => loop.git.count(), patience).toBe(1);
  await loop.kill('worker');
  await expect.poll(() => loop.git.count(), patience).toBe(2);
  loop.git.release();
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('publishes one commit although the worker is killed while it accepts and while it publishes', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  loop.git.hold('update-ref refs/heads/perfloop/');
  onTestFinished(() => loop.git.release());
  const run = await loop.start(counting);
  await expect.poll(() => loop.git.count(), patience).toBe(1);
  await loop.kill('worker');
  await expect.poll(() => loop.git.count(), patience).toBe(2);
  loop.git.release();
  await expect.poll(async () => (await loop.status(run)).phase, patience).toBe('final');
  loop.git.hold('update-ref refs/heads/perfloop/');
  await expect.poll(() => loop.git.count(), patience).toBe(1);
  await loop.kill('worker');
  await expect.poll(() => loop.git.count(), patience).toBe(2);
  loop.git.release();

  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1, phase: 'learn' } });
  const champion = loop.branch(run);
  expect(champion).toBe(end.status?.champion);
  const [repository] = readdirSync(loop.home.repos).map((name) => join(loop.home.repos, name)).filter((path) => git(path, 'branch', '--list', `perfloop/${run}`) !== '');
  expect(git(repository as string, 'rev-list', '--count', `${end.status?.target.base}..${champion}`)).toBe('1');
  await expectIntact(loop, counting, { before, interruptions: 0 });
});
