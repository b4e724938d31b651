import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { patience, sharedLoop } from '../support/loop.js';
import { expectIntact, testTarget } from './expect-intact.js';

const artifacts = smallDisk('16m');
const home = smallDisk('96m');
if (artifacts === null || home === null) console.log('skipped: a full disk, because this user may not mount a tmpfs');

describe.skipIf(artifacts === null || home === null)('a full disk', () => {
  const loop = sharedLoop({ env: { PERFLOOP_ARTIFACTS: join(artifacts ?? '', 'artifacts'), PERFLOOP_HOME: join(home ?? '', 'home') } });

  it('fails clearly when the artifacts no longer fit, and works again when there is room', async () => {
    const counting = testTarget();
    const before = counting.fingerprint();
    counting.hold('test');
    const run = await loop.judge(counting);
    await expect.poll(() => counting.count('test', 'held'), patience).toBe(1);
    const makeRoom = fill(artifacts ?? '');
    counting.release('test');
    const end = await loop.ended(run);
    expect(end).toMatchObject({ execution: 'FAILED', code: 'PL_DISK_FULL', status: { state: 'failed', error: { code: 'PL_DISK_FULL' } } });
    expect(end.status?.error?.fix).toBeTruthy();
    await expectIntact(loop, counting, { before, interruptions: 0 });
    makeRoom();
    expect(await loop.ended(await loop.judge(counting))).toMatchObject({ execution: 'COMPLETED', status: { accepted: 1 } });
    await expectIntact(loop, counting, { before, interruptions: 0 });
  });

  it('comes to an end when the disk of the home, with the server on it, was full for a while', async () => {
    const counting = testTarget();
    const before = counting.fingerprint();
    counting.hold('bench', 5);
    const run = await loop.judge(counting);
    await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
    const makeRoom = fill(home ?? '');
    const benched = counting.count('bench', 'end');
    counting.release('bench');
    await expect.poll(() => counting.count('bench', 'end'), patience).toBeGreaterThan(benched);
    makeRoom();
    const end = await loop.ended(run);
    if (end.execution === 'COMPLETED') expect(end.status?.accepted).toBe(1);
    else expect(end.code).toMatch(/^PL_(DISK_FULL|SAMPLE_JOURNAL)$/);
    await expectIntact(loop, counting, { before, interruptions: 1 });
    expect(await loop.ended(await loop.judge(counting))).toMatchObject({ execution: 'COMPLETED', status: { accepted: 1 } });
    await expectIntact(loop, counting, { before, interruptions: 1 });
  });
});

/** A file system of this size, gone after the tests; null where that is not permitted. */
function smallDisk(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (mounted) return folder;
  return null;
}

/** Leaves no byte free. Gives what makes room again. */
function fill(folder: string): () => void {
  const file = join(folder, 'filler');
  const { bavail, bsize } = statfsSync(folder);
  const block = Buffer.alloc(bsize);
  try {
    writeFileSync(file, Buffer.alloc(Math.max(0, bavail - 4) * bsize));
    for (;;) writeFileSync(file, block, { flag: 'a' });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
  return () => rmSync(file);
}
