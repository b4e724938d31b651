import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closeWorktree, findOpenWorktree, openWorktree, reclaimOpenWorktrees, withFreshWorktree } from '../../src/workspace/open-worktree.js';
import { freshClone } from '../../src/workspace/fresh-clone.js';
import { addWorktree, findWorktree } from '../../src/workspace/worktree.js';
import { prepared, userRepository } from './fixture.js';

async function opened(key: string) {
  const { home, repository, base } = await prepared(userRepository());
  const request = { home, repository, key, commit: base, layoutSeed: 7, place: null, prepare: async () => {} };
  return { home, repository, base, request, worktree: await openWorktree(request) };
}

test('a retry finds the worktree that was opened, and one that was deleted by hand is made anew', async () => {
  const { home, request, worktree } = await opened('run/trial/a');
  expect((await openWorktree(request)).id).toBe(worktree.id);
  rmSync(worktree.path, { recursive: true });
  const again = await openWorktree(request);
  expect(again.id).not.toBe(worktree.id);
  expect(readdirSync(join(home.worktrees, '.state'))).toEqual([`${again.id}.json`]);
});

test('a fresh worktree holds nothing of what a killed predecessor left half done, and is gone afterwards', async () => {
  const { home, repository, base } = await prepared(userRepository());
  const request = { home, repository, key: 'run/trial/apply', commit: base };
  // As a killed attempt leaves it.
  const left = await addWorktree(request);
  writeFileSync(join(left.path, 'src', 'a.js'), 'half of a change');
  await withFreshWorktree(request, async (worktree) => {
    expect(existsSync(left.path)).toBe(false);
    expect(readFileSync(join(worktree.path, 'src', 'a.js'), 'utf8')).toBe('export const a = 1;\n');
  });
  await expect(withFreshWorktree(request, async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await findWorktree({ home, key: request.key })).toBeUndefined();
  expect(readdirSync(home.worktrees).filter((name) => !name.startsWith('.'))).toEqual([]);
});

test('reclaiming leaves neither a worktree nor its state behind, but those in use', async () => {
  const { home, request, worktree } = await opened('over/trial/a');
  const used = await openWorktree({ ...request, key: 'open/trial/a' });
  await reclaimOpenWorktrees(home, ({ key }) => key?.startsWith('open/') === true);
  expect(existsSync(worktree.path)).toBe(false);
  expect(await findOpenWorktree(home, used.key)).toMatchObject({ id: used.id, layoutSeed: 7 });
  expect(readdirSync(join(home.worktrees, '.state'))).toEqual([`${used.id}.json`]);
  await closeWorktree(home, used.key);
  expect(readdirSync(join(home.worktrees, '.state'))).toEqual([]);
});

test('a fresh clone holds what the artifacts do and nothing else, and goes with its last worktree', async () => {
  const { home, artifacts, repository, target, base } = await prepared(userRepository());
  writeFileSync(join(repository.path, 'left-behind'), 'by a candidate');
  const clone = await freshClone(home, target, artifacts, 'run/trial/again');
  await clone.ensureCommit(target.base);
  expect(clone.path).not.toBe(repository.path);
  expect(existsSync(join(clone.path, 'left-behind'))).toBe(false);
  const open = (side: string) => openWorktree({ home, repository: clone, key: `run/trial/again/${side}`, commit: base, layoutSeed: 1, place: null, prepare: async () => {} });
  const [a, b] = [await open('a'), await open('b')];
  expect(readFileSync(join(a.path, 'src', 'a.js'), 'utf8')).toBe('export const a = 1;\n');
  // A retry finds what its predecessor made.
  expect((await freshClone(home, target, artifacts, 'run/trial/again')).path).toBe(clone.path);
  expect((await open('b')).id).toBe(b.id);
  await closeWorktree(home, 'run/trial/again/a');
  expect(existsSync(clone.path)).toBe(true);
  await closeWorktree(home, 'run/trial/again/b');
  expect(existsSync(clone.path)).toBe(false);
  expect(existsSync(repository.path)).toBe(true);
});

test('a fresh clone that a killed worker left is reclaimed, once it cannot be one that is being made', async () => {
  const { home, artifacts, target, repository } = await prepared(userRepository());
  const clone = await freshClone(home, target, artifacts, 'run/trial/again');
  await reclaimOpenWorktrees(home, () => false);
  expect(existsSync(clone.path)).toBe(true);
  utimesSync(clone.path, 0, 0);
  await reclaimOpenWorktrees(home, () => false);
  expect(existsSync(clone.path)).toBe(false);
  expect(existsSync(repository.path)).toBe(true);
});
