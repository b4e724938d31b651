import { join } from 'node:path';
import type { ProtectedRules } from './protected-globs.js';
import { protectedOf } from './protected-overlay.js';
import { stampAt } from './pristine/stamps.js';
import type { Worktree } from './worktree.js';

/** Gives which protected files of the base are written from now on, whatever is in them afterwards. */
export async function watchProtected(worktree: Worktree, base: string, rules: ProtectedRules): Promise<() => string[]> {
  const { files } = await protectedOf(worktree, base, rules);
  const stamp = (path: string): string | undefined => stampAt(join(worktree.path, path));
  const before = files.map(({ path }) => [path, stamp(path)] as const);
  return () => before.filter(([path, known]) => stamp(path) !== known).map(([path]) => path);
}
