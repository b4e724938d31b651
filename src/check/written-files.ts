import { lstat, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '../workspace/remove-tree.js';
import { unsafeParent } from '../workspace/safe-path.js';

/**
 * Runs work that writes files in a worktree, and leaves those as they were: what is there before is put aside in a folder
 * of that worktree's own, so that no file of an earlier run passes for a new one, and comes back afterwards; also what a
 * killed predecessor had put there.
 */
export async function withoutFiles<T>(worktree: string, paths: readonly string[], aside: string, work: () => Promise<T>): Promise<T> {
  if (paths.length === 0) return work();
  await mkdir(aside, { recursive: true });
  const places = paths.map((path, index) => ({ path, here: join(worktree, path), kept: join(aside, String(index)) }));
  const bringBack = async (): Promise<void> => {
    for (const { path, here, kept } of places) {
      if ((await unsafeParent(worktree, path)) !== undefined || !(await exists(kept))) continue;
      await removeTree(here);
      await mkdir(dirname(here), { recursive: true });
      await rename(kept, here);
    }
  };
  await bringBack();
  try {
    for (const { path, here, kept } of places) if ((await unsafeParent(worktree, path)) === undefined && (await exists(here))) await rename(here, kept);
    return await work();
  } finally {
    for (const { path, here } of places) if ((await unsafeParent(worktree, path)) === undefined) await removeTree(here);
    await bringBack();
    await removeTree(aside);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
