import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { patience, sharedLoop } from '../support/loop.js';
import { expectIntact, testTarget } from './expect-intact.js';

const loop = sharedLoop();

it('ends the benchmark of a cancelled judgement, and removes its worktrees', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('bench', 4);
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  await loop.client().workflow.getHandle(run).cancel();
  expect(await loop.ended(run)).toMatchObject({ execution: 'CANCELLED', status: { state: 'cancelled', error: null } });
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('ends a benchmark that ignores SIGTERM', async () => {
  const counting = testTarget({ replace: { bench: `trap '' TERM; while :; do sleep 0.05; done` } });
  const before = counting.fingerprint();
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('bench', 'begin'), patience).toBe(1);
  await loop.client().workflow.getHandle(run).cancel();
  expect(await loop.ended(run)).toMatchObject({ execution: 'CANCELLED' });
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('ends a test that ignores SIGTERM when its time is over, and says so', async () => {
  const counting = testTarget({ replace: { test: `trap '' TERM; while :; do sleep 0.05; done` }, timeout: { test: '1s' } });
  const before = counting.fingerprint();
  const end = await loop.ended(await loop.judge(counting));
  expect(end).toMatchObject({ execution: 'FAILED', code: 'PL_BASE_RED', status: { state: 'failed' } });
  expect(end.status?.error?.message).toContain('was stopped after 1 s');
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('ends what was cancelled while no worker lived, and reclaims its worktrees', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('test');
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('test', 'held'), patience).toBe(1);
  await loop.kill('worker');
  await loop.client().workflow.getHandle(run).cancel();
  expect(await loop.ended(run)).toMatchObject({ execution: 'CANCELLED', status: { state: 'cancelled' } });
  await expectIntact(loop, counting, { before, interruptions: 1 });
});

it('leaves nothing of commands whose children outlive them', async () => {
  const orphans = '(setsid sleep 600 > /dev/null 2>&1 &) ; (nohup sleep 600 &) ; sleep 600 &';
  const counting = testTarget({ replace: { test: `test -e out/delay; ${orphans}` } });
  const before = counting.fingerprint();
  const run = await loop.judge(counting);
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('survives a command that floods its output, in bounded memory and disk', async () => {
  const counting = testTarget({ replace: { test: 'yes "a line of a test that talks too much" | head -c 1000000000; test -e out/delay' } });
  const before = counting.fingerprint();
  const pid = loop.state().worker?.pid as number;
  const disk = bytesIn(loop.home.logs) + bytesIn(loop.home.artifacts);
  const run = await loop.judge(counting);
  expect(await loop.ended(run)).toMatchObject({ execution: 'COMPLETED', status: { accepted: 1 } });
  expect(loop.state().worker?.pid).toBe(pid);
  // Two commands of 1 GB each.
  expect(counting.count('test', 'end')).toBe(2);
  if (process.platform === 'linux') expect(peakMemory(pid)).toBeLessThan(700e6);
  expect(bytesIn(loop.home.logs) + bytesIn(loop.home.artifacts) - disk).toBeLessThan(100e6);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

/** The most that the process ever held, bytes. */
function peakMemory(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
