import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Target } from '../core/target.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { removeTree } from './remove-tree.js';
import { openRepository, type Repository } from './repository.js';

/** One that is being made has no worktrees yet; after this long without any it is a leftover. */
const leftoverMs = 3_600_000;

/**
 * A repository of its own for worktrees whose keys are `purpose/…`, made from the artifacts alone: whatever was written
 * into perfloop's repository of the target is not in it. Gone when the last of its worktrees is closed.
 */
export async function freshClone(home: Home, target: Target, artifacts: ArtifactStore, purpose: string): Promise<Repository> {
  const name = `fresh-${createHash('sha256').update(purpose).digest('hex').slice(0, 16)}`;
  // What an attempt that was killed left behind is not fresh.
  if (!(await hasWorktrees(join(home.repos, `${name}.git`)))) await removeTree(join(home.repos, `${name}.git`));
  return openRepository(home, target, artifacts, name);
}

/** Removes the fresh clone that a closed worktree was of, when it has no other. Leaves every other repository alone. */
export async function removeFreshClone(home: Home, repository: string): Promise<void> {
  if (dirname(repository) !== home.repos || !isFresh(basename(repository)) || (await hasWorktrees(repository))) return;
  await removeTree(repository);
}

/** Removes the fresh clones that killed workers left behind. */
export async function reclaimFreshClones(home: Home): Promise<void> {
  for (const name of (await readdir(home.repos).catch(() => [])).filter(isFresh)) {
    const path = join(home.repos, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > leftoverMs) await removeFreshClone(home, path);
  }
}

const isFresh = (name: string): boolean => /^fresh-[0-9a-f]{16}\.git$/.test(name);

async function hasWorktrees(repository: string): Promise<boolean> {
  return (await readdir(join(repository, 'worktrees')).catch(() => [])).length > 0;
}
