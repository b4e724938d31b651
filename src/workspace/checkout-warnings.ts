import type { Checkout } from './checkout.js';
import { git, gitBytes } from './git.js';
import { listTree, modes, type TreeEntry } from './tree.js';

/** How many files of the working tree differ from HEAD, and how many are new. Leaves the index as it is. */
export async function dirtyCounts(checkout: Checkout): Promise<{ changed: number; untracked: number }> {
  if (checkout.bare) return { changed: 0, untracked: 0 };
  const output = (await gitBytes(['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal', '--ignore-submodules=dirty'], checkout.git)).toString('utf8');
  const lines = output.split('\0').filter((line) => line !== '');
  const untracked = lines.filter((line) => line.startsWith('??')).length;
  return { changed: lines.length - untracked, untracked };
}

/**
 * What a person should know before they trust a measurement of `commit`; `worktree` says that what is not committed is
 * measured, too.
 */
export async function checkoutWarnings(checkout: Checkout, dir: string, commit: string, { worktree = false } = {}): Promise<string[]> {
  const warnings: string[] = [];
  if (!checkout.bare && dir !== checkout.root) warnings.push(`${dir} lies inside the repository ${checkout.root}: the whole repository is the target, and commands run at its root unless \`cwd\` says otherwise.`);
  const { changed, untracked } = worktree ? { changed: 0, untracked: 0 } : await dirtyCounts(checkout);
  if (changed + untracked > 0) {
    const counts = [changed > 0 ? `${changed} changed` : '', untracked > 0 ? `${untracked} untracked` : ''].filter((count) => count !== '').join(' and ');
    warnings.push(`The working tree is dirty (${counts}): what is not committed is not measured.`);
  }
  const entries = await listTree(commit, checkout.git);
  const submodules = entries.filter((entry) => entry.mode === modes.submodule).map((entry) => entry.path);
  if (submodules.length > 0) warnings.push(`Submodules are empty in perfloop's worktrees (${some(submodules)}): name \`git submodule update --init\` in \`target.setup\`, or list what is needed in \`target.link\`.`);
  if (await usesLfs(checkout, entries)) warnings.push("Files under Git LFS are pointers in perfloop's worktrees: list the data that the benchmark reads in `target.link`.");
  return warnings;
}

async function usesLfs(checkout: Checkout, entries: readonly TreeEntry[]): Promise<boolean> {
  for (const { path, object } of entries) {
    if (path !== '.gitattributes' && !path.endsWith('/.gitattributes')) continue;
    if (/\bfilter=lfs\b/.test(await git(['cat-file', 'blob', object], checkout.git))) return true;
  }
  return false;
}

function some(paths: readonly string[]): string {
  return paths.length <= 3 ? paths.join(', ') : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`;
}
