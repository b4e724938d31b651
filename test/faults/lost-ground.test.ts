import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openReader } from '../../src/store/database.js';
import { commitAll, git, type CountingTarget } from '../support/counting-target.js';
import { patience, sharedLoop } from '../support/loop.js';
import { expectIntact, testTarget } from './expect-intact.js';

const loop = sharedLoop();

/** Deletes the worktree in which a benchmark is held, and lets it go on. */
async function deleteWhereItIsHeld(counting: CountingTarget): Promise<void> {
  await expect.poll(() => counting.count('bench', 'held'), patience).toBe(1);
  const deleted = counting.effects().find((effect) => effect.what === 'held')?.worktree as string;
  rmSync(deleted, { recursive: true, force: true });
  counting.release('bench');
}

it('begins a trial again when a worktree of it is deleted by hand while it samples', { timeout: 400_000 }, async () => {
  const counting = testTarget({ config: { verdict: { builds: 'auto' } } });
  const before = counting.fingerprint();
  const run = await loop.judge(counting);
  await expect.poll(() => [...loop.journals(run).keys()].some((name) => name.includes('samples-confirm')), { ...patience, timeout: 240_000 }).toBe(true);
  counting.hold('bench', 1);
  await deleteWhereItIsHeld(counting);
  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  // Both screenings were paid for; the sampling that was cut short never told what it took.
  const told = [...loop.journals(run)].filter(([name]) => !/confirm.*aside/.test(name));
  expect(told.filter(([name]) => name.includes('screen'))).toHaveLength(2);
  expect(end.status?.samplesSpent).toBe(told.reduce((sum, [, text]) => sum + 2 * (text.trimEnd().split('\n').length - 1), 0));
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('keeps what a build costs where the warm-up begins again', { timeout: 400_000 }, async () => {
  const counting = testTarget({ config: { verdict: { builds: 'auto' } } });
  const before = counting.fingerprint();
  // The benchmark is tried once before the noise is measured.
  counting.hold('bench', 2);
  const run = await loop.judge(counting);
  await deleteWhereItIsHeld(counting);
  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'COMPLETED', status: { state: 'done', accepted: 1 } });
  expect(end.status?.warnings.filter((text) => text.startsWith('The work began again'))).toHaveLength(1);
  expect(storedNoise()).toMatchObject([{ buildSeconds: expect.any(Number) as number }]);
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('fails clearly on a corrupted artifact, and the next judgement writes it anew', async () => {
  const counting = testTarget();
  const before = counting.fingerprint();
  counting.hold('test');
  const run = await loop.judge(counting);
  await expect.poll(() => counting.count('test', 'held'), patience).toBe(1);
  for (const path of bundles(loop.home.artifacts)) {
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  }
  counting.release('test');
  const end = await loop.ended(run);
  expect(end).toMatchObject({ execution: 'FAILED', code: 'PL_ARTIFACT_CORRUPT', status: { state: 'failed', error: { code: 'PL_ARTIFACT_CORRUPT' } } });
  expect(end.status?.error?.where).toContain(loop.home.artifacts);
  await expectIntact(loop, counting, { before, interruptions: 0 });

  expect(await loop.ended(await loop.judge(counting))).toMatchObject({ execution: 'COMPLETED', status: { accepted: 1 } });
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

it('works on one target in two runs at once, while the user commits to it', async () => {
  const counting = testTarget();
  const base = git(counting.dir, 'rev-parse', 'main');
  counting.hold('test');
  const runs = await Promise.all([loop.start(counting), loop.start(counting)]);
  await expect.poll(() => counting.count('test', 'held'), patience).toBe(2);
  writeFileSync(join(counting.dir, 'src', 'delay'), '0.09\n');
  commitAll(counting.dir, 'Slower for a good reason');
  git(counting.dir, 'checkout', '--quiet', '-b', 'another');
  const before = counting.fingerprint();
  counting.release('test');
  const ends = await Promise.all(runs.map((run) => loop.ended(run)));
  for (const { run, execution, status } of ends) {
    expect({ execution, state: status?.state, accepted: status?.accepted }).toEqual({ execution: 'COMPLETED', state: 'done', accepted: 1 });
    // On the commit that it was started on.
    expect(status?.target.base).toBe(base);
    expect(loop.branch(run)).toBe(status?.champion);
  }
  await expectIntact(loop, counting, { before, interruptions: 0 });
});

function storedNoise(): unknown[] {
  const db = openReader(loop.home.db);
  const rows = db?.prepare<[], { noise: string }>('SELECT noise FROM noise ORDER BY at DESC LIMIT 1').all() ?? [];
  db?.close();
  return rows.map(({ noise }) => JSON.parse(noise) as unknown);
}

function bundles(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.bundle')).map((name) => join(folder, name));
}
