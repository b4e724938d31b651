import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { git, type GitOptions } from './git.js';
import { withLockRetry } from './locks.js';
import { listTree, modes } from './tree.js';
import { inWorktree, type Worktree } from './worktree.js';

/**
 * Commits every change and every new file of a worktree that is not ignored, as one commit on top of the commit it was
 * added at, whatever was committed there since. The worktree itself stays at that commit, so the same files, message and
 * time give the same commit again. `atMs`: milliseconds since the epoch, for author and committer. `parent`: what the new
 * commit is put on, where that is not the worktree's commit. Submodules stay as they are. Throws PL_NOTHING_CHANGED.
 */
export async function commitAll(worktree: Worktree, message: string, atMs: number, parent = worktree.commit): Promise<string> {
  const options = inWorktree(worktree);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-index-'));
  try {
    // A fresh index: flags in the worktree's own (assume-unchanged) must not hide a change.
    const withIndex = { ...options, env: { ...options.env, GIT_INDEX_FILE: join(folder, 'index') } };
    await git(['read-tree', worktree.commit], withIndex);
    await git(['add', '--all', '--', ':/', ...(await withoutSubmodules(worktree.commit, options))], withIndex);
    const tree = await git(['write-tree'], withIndex);
    if (tree === (await git(['rev-parse', `${worktree.commit}^{tree}`], options))) throw new PerfloopError('PL_NOTHING_CHANGED', 'the candidate changes nothing', { where: worktree.path });
    const date = `@${Math.floor(atMs / 1000)} +0000`;
    const dates = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const commit = await git(['commit-tree', tree, '-p', parent, '-F', '-'], { ...options, input: `${message.trimEnd()}\n`, env: { ...options.env, ...dates } });
    await withLockRetry(worktree.repository, () => git(['update-ref', `refs/perfloop/commits/${commit}`, commit], { cwd: worktree.repository, env: { GIT_DIR: worktree.repository } }));
    return commit;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Git would ask a submodule what has changed there, by settings of its own, which can name programs to run. */
async function withoutSubmodules(commit: string, options: GitOptions): Promise<string[]> {
  const submodules = (await listTree(commit, options)).filter(({ mode }) => mode === modes.submodule);
  return submodules.map(({ path }) => `:(top,literal,exclude)${path}`);
}
