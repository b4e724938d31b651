import { expect, it } from 'vitest';
import { killIfThere, patience, sharedLoop } from '../support/loop.js';
import { expectIntact, testTarget } from './expect-intact.js';

const loop = sharedLoop();

it('goes on after the server is killed while it samples', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('bench', 5);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const journals = loop.journals(run);
  await loop.kill('server');
  counting.release('bench');
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  const after = loop.journals(run);
  for (const [name, text] of journals) expect(after.get(name)?.startsWith(text), name).toBe(true);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('goes on after the server and the worker are killed at once while it tests', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('test');
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('test', 'held'), patience).toBe(1);
  await Promise.all([loop.kill('server'), loop.kill('worker')]);
  await expect.poll(() => counting.count('test', 'held'), patience).toBe(2);
  counting.release('test');
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 1 });
});

it('is brought back by the next command after the supervisor is killed, and goes on', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('bench', 5);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const journals = loop.journals(run);
  const killed = await loop.kill('supervisor');
  const attached = loop.cli('attach', run, '--json');
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(2);
  expect(loop.state().supervisor.pid).not.toBe(killed);
  counting.release('bench');
  const { code, stdout, stderr } = await attached;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('"verdict": "accepted"');
  const after = loop.journals(run);
  for (const [name, text] of journals) expect(after.get(name)?.startsWith(text), name).toBe(true);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('goes on at the pair where it was after everything died at once, as in a power cut', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('bench', 8);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const journals = loop.journals(run);
  const everything = async () => [...(await loop.processes()), ...(await counting.processes())];
  for (const pid of await everything()) killIfThere(pid);
  await expect.poll(everything, patience).toEqual([]);
  counting.release('bench');
  expect(await loop.cli('attach', run, '--json')).toMatchObject({ code: 0 });
  const after = loop.journals(run);
  for (const [name, text] of journals) expect(after.get(name)?.startsWith(text), name).toBe(true);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});
