import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countedInstructions, hasValgrind, underCachegrind } from '../../src/measure/cachegrind.js';
import { runCommand } from '../../src/measure/run-command.js';
import { temporaryFolder } from './support.js';

const here = await hasValgrind();
const env = { PATH: process.env['PATH'] ?? '' };

async function counted(run: string): Promise<number | null> {
  const folder = await temporaryFolder();
  const logs = join(folder, 'lo gs');
  await mkdir(logs);
  const { ok, stderr } = await runCommand({ command: underCachegrind(run, logs), cwd: folder, env, timeoutMs: 120_000 });
  expect({ ok, stderr }).toEqual({ ok: true, stderr: '' });
  expect((await readdir(logs)).length).toBeGreaterThan(0);
  return countedInstructions(logs);
}

describe.runIf(here)('under valgrind', () => {
  const loop = (rounds: number): string => `i=0; while [ $i -lt ${rounds} ]; do i=$((i+1)); done; echo 'it'"'"'s done' > /dev/null`;

  test('a count repeats itself, and grows with the work', async () => {
    const [once, again, more] = [await counted(loop(1000)), await counted(loop(1000)), await counted(loop(3000))];
    expect(once).toBeGreaterThan(100_000);
    expect(Math.abs((again ?? 0) / (once ?? 1) - 1)).toBeLessThan(0.001);
    expect(more).toBeGreaterThan((once ?? 0) * 1.2);
  });

  test('every process counts', async () => {
    const alone = (await counted('true')) ?? 0;
    expect(await counted('/bin/sh -c true & /bin/sh -c true; wait')).toBeGreaterThan(alone * 2);
  });
});

test('a count that is not there is none', async () => {
  const folder = await temporaryFolder();
  expect(await countedInstructions(folder)).toBeNull();
  await writeFile(join(folder, '1'), '==1== Cachegrind, a cache and branch-prediction profiler\n==1== \n==1== I   refs:      1,234,567\n');
  expect(await countedInstructions(folder)).toBe(1_234_567);
  await writeFile(join(folder, '2'), '==2== Cachegrind\n==2== Process terminating with default action of signal 4 (SIGILL)\n');
  expect(await countedInstructions(folder)).toBeNull();
});

test('there is no count where a program left something else than a log', async () => {
  for (const leave of ['mkfifo pipe', 'mkdir folder', 'ln -s /dev/zero link']) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '1'), '==1== I   refs:      1,234,567\n');
    execFileSync('/bin/sh', ['-c', leave], { cwd: folder });
    expect([leave, await countedInstructions(folder)]).toEqual([leave, null]);
  }
});
