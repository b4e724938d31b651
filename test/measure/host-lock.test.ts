import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acquireHostLock, type HeldLock, type LockMode } from '../../src/measure/host-lock.js';
import { atEnd, pidIn, startScript, temporaryFolder, until } from './support.js';

/** Starts to take the lock; `state` follows what happens. */
function taking(folder: string, mode: LockMode, signal?: AbortSignal): { state: () => string; lock: Promise<HeldLock> } {
  let state = 'asking';
  const lock = (async () => {
    const held = await acquireHostLock({ folder, mode, ...(signal === undefined ? {} : { signal }), onWaiting: () => (state = 'waiting') });
    state = 'held';
    atEnd(() => held.release());
    return held;
  })();
  lock.catch(() => undefined);
  return { state: () => state, lock };
}

describe('in one process', () => {
  test('builds overlap each other, samplers nothing', async () => {
    const folder = await temporaryFolder();
    const builds = await Promise.all([taking(folder, 'shared').lock, taking(folder, 'shared').lock]);
    const sampler = taking(folder, 'exclusive');
    await until(() => sampler.state() === 'waiting');
    builds[0].release();
    const other = taking(folder, 'exclusive');
    await until(() => other.state() === 'waiting');
    expect(sampler.state()).toBe('waiting');
    builds[1].release();
    const first = await Promise.race([sampler.lock, other.lock]);
    expect([sampler.state(), other.state()].sort()).toEqual(['held', 'waiting']);
    first.release();
    await Promise.all([sampler.lock, other.lock]);
  });

  test('a sampler that waits goes before builds that ask later', async () => {
    const folder = await temporaryFolder();
    const build = await taking(folder, 'shared').lock;
    const sampler = taking(folder, 'exclusive');
    await until(() => sampler.state() === 'waiting');
    const later = [taking(folder, 'shared'), taking(folder, 'shared')];
    await until(() => later.every((one) => one.state() === 'waiting'));
    build.release();
    const held = await sampler.lock;
    expect(later.map((one) => one.state())).toEqual(['waiting', 'waiting']);
    held.release();
    await Promise.all(later.map((one) => one.lock));
  });

  test('a sampler goes before builds that have waited longer', async () => {
    const folder = await temporaryFolder();
    const first = await taking(folder, 'exclusive').lock;
    const build = taking(folder, 'shared');
    await until(() => build.state() === 'waiting');
    const second = taking(folder, 'exclusive');
    await until(() => second.state() === 'waiting');
    first.release();
    const held = await second.lock;
    expect(build.state()).toBe('waiting');
    held.release();
    await build.lock;
  });

  test('whoever is cancelled while waiting leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const held = await taking(folder, 'shared').lock;
    const abort = new AbortController();
    const sampler = taking(folder, 'exclusive', abort.signal);
    await until(() => sampler.state() === 'waiting');
    abort.abort(new Error('no longer wanted'));
    await expect(sampler.lock).rejects.toThrow('no longer wanted');
    (await taking(folder, 'shared').lock).release();
    held.release();
    await taking(folder, 'exclusive').lock;
  });

  test('released twice is released once', async () => {
    const folder = await temporaryFolder();
    const lock = await taking(folder, 'exclusive').lock;
    lock.release();
    const next = await taking(folder, 'exclusive').lock;
    lock.release();
    const third = taking(folder, 'exclusive');
    await until(() => third.state() === 'waiting');
    next.release();
    await third.lock;
  });

  test('without the flock program whoever has to wait is told the remedy', async () => {
    const folder = await temporaryFolder();
    const held = await taking(folder, 'exclusive').lock;
    atEnd(() => held.release());
    const path = process.env['PATH'];
    atEnd(() => {
      process.env['PATH'] = path;
    });
    process.env['PATH'] = folder;
    await expect(acquireHostLock({ folder, mode: 'shared' })).rejects.toMatchObject({ code: 'PL_NO_FLOCK', fix: expect.stringContaining('nstall') as string });
  });
});

describe('across processes', () => {
  test('a lock is held until its holder ends', async () => {
    const folder = await temporaryFolder();
    const holder = startScript('scripts/hold-lock.ts', [folder, 'exclusive', 'while [ ! -e go ]; do sleep 0.01; done']);
    await until(() => holder.output().includes('held'));
    const waiting = taking(folder, 'shared');
    await until(() => waiting.state() === 'waiting');
    await writeFile(join(folder, 'go'), '');
    await waiting.lock;
  });

  test.each(['exclusive', 'shared'])('a killed holder leaves it, %s, to the command that it runs', async (mode) => {
    const folder = await temporaryFolder();
    const holder = startScript('scripts/hold-lock.ts', [folder, mode, 'echo $$ > leader; while [ ! -e go ]; do sleep 0.01; done']);
    await pidIn(join(folder, 'leader'));
    holder.child.kill('SIGKILL');
    await holder.exited;
    const waiting = taking(folder, 'exclusive');
    await until(() => waiting.state() === 'waiting');
    await writeFile(join(folder, 'go'), '');
    await waiting.lock;
  });
});
