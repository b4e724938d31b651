import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { borrowLauncher, closeIdleLaunchers, returnLauncher } from '../../src/measure/launcher/idle.js';
import { runCommand } from '../../src/measure/run-command.js';
import { atEnd, isAlive, temporaryFolder, until } from './support.js';

const env = { PATH: process.env['PATH'] ?? '' };

async function sharedLock() {
  const folder = await temporaryFolder();
  const lock = await acquireHostLock({ folder, mode: 'shared' });
  atEnd(() => lock.release());
  atEnd(closeIdleLaunchers);
  return { folder, lock };
}

async function borrow(file: string) {
  const launcher = await borrowLauncher(file);
  if (launcher === null) throw new Error('no launcher');
  atEnd(() => launcher.close(true));
  return launcher;
}

describe.runIf(process.platform === 'linux')('launchers between two commands', () => {
  test('one is used again, and another where that was ended meanwhile', async () => {
    const { lock } = await sharedLock();
    const first = await borrow(lock.file);
    expect((await borrow(lock.file)).pid).not.toBe(first.pid);
    await returnLauncher(first);
    const second = await borrow(lock.file);
    expect(second.pid).toBe(first.pid);
    await returnLauncher(second);
    process.kill(second.pid, 'SIGKILL');
    expect((await borrow(lock.file)).pid).not.toBe(second.pid);
  });

  test('one holds the lock while it is borrowed, and not after', async () => {
    const { folder, lock } = await sharedLock();
    const launcher = await borrow(lock.file);
    lock.release();
    let waits = false;
    const exclusive = acquireHostLock({ folder, mode: 'exclusive', onWaiting: () => (waits = true) });
    await until(() => waits);
    await returnLauncher(launcher);
    (await exclusive).release();
  });

  test('none is lent where it cannot hold the lock', async () => {
    const { folder } = await sharedLock();
    const other = await acquireHostLock({ folder: join(folder, 'other'), mode: 'exclusive' });
    atEnd(() => other.release());
    expect(await borrowLauncher(other.file)).toBeNull();
  });

  test('commands that overlap keep their outputs and their usage apart, and leave the lock', async () => {
    const { folder, lock } = await sharedLock();
    const run = (command: string) => runCommand({ command, cwd: folder, env, timeoutMs: 60_000, sharedLock: lock.file });
    for (const round of ['first', 'second']) {
      const results = await Promise.all([1, 2, 3].map((number) => run(`echo ${round} ${number}; exit ${number}`)));
      expect(results.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual([1, 2, 3].map((number) => [`${round} ${number}\n`, number]));
      for (const { usage } of results) expect(usage?.cpuMs).toBeGreaterThan(0);
    }
    lock.release();
    (await acquireHostLock({ folder, mode: 'exclusive' })).release();
  });

  test('a command that ends the one which started it has failed, and the next gets another', async () => {
    const { folder, lock } = await sharedLock();
    const run = (command: string) => runCommand({ command, cwd: folder, env, timeoutMs: 60_000, graceMs: 50, sharedLock: lock.file });
    expect(await run('kill -9 $PPID; sleep 600')).toMatchObject({ ok: false, signal: 'SIGKILL' });
    expect(await run('echo next')).toMatchObject({ ok: true, stdout: 'next\n' });
  });

  test('they end when they are told to', async () => {
    const { lock } = await sharedLock();
    const launcher = await borrow(lock.file);
    await returnLauncher(launcher);
    await closeIdleLaunchers();
    expect(await isAlive(launcher.pid)).toBe(false);
  });
});
