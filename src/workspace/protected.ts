import { fold, protectionOf, type ProtectedRules } from './protected-globs.js';
import type { Repository } from './repository.js';
import { unsafePath } from './safe-path.js';
import { type ChangedPath, modes, type TreeEntry } from './tree.js';

export interface ProtectedChange {
  path: string;
  why: string;
}

/** Everything in the difference between two commits that a candidate may not do. Empty: the change is allowed. */
export async function protectedChanges(repository: Repository, base: string, commit: string, rules: ProtectedRules): Promise<ProtectedChange[]> {
  const [changes, before, after] = await Promise.all([repository.changedPaths(base, commit), repository.listTree(base), repository.listTree(commit)]);
  const protection = protectionOf(rules);
  const twins = twinsIn(after, new Set(before.map((entry) => entry.path)));
  return changes.flatMap((change) => {
    const why = unsafeChange(change) ?? protection(change.path) ?? twins.get(change.path);
    return why === undefined ? [] : [{ path: change.path, why }];
  });
}

function unsafeChange({ path, oldMode, newMode, status }: ChangedPath): string | undefined {
  const unsafe = unsafePath(path);
  if (unsafe !== undefined) return `the path ${unsafe}`;
  if (oldMode === modes.submodule || newMode === modes.submodule) return 'it is a submodule';
  if (oldMode === modes.symlink || newMode === modes.symlink) return 'it is a symlink';
  if (status === 'modified' && oldMode !== newMode) return `its mode changes from ${oldMode} to ${newMode}`;
  return undefined;
}

/** Added paths that differ from another path, or from a folder of one, only in letter case or Unicode form. */
function twinsIn(after: readonly TreeEntry[], before: ReadonlySet<string>): Map<string, string> {
  const spellings = new Map<string, Set<string>>();
  for (const { path } of after) {
    for (const prefix of prefixes(path)) {
      const spelling = spellings.get(fold(prefix));
      if (spelling === undefined) spellings.set(fold(prefix), new Set([prefix]));
      else spelling.add(prefix);
    }
  }
  const twins = new Map<string, string>();
  for (const { path } of after) {
    if (before.has(path)) continue;
    for (const prefix of prefixes(path)) {
      const other = [...(spellings.get(fold(prefix)) ?? [])].find((spelling) => spelling !== prefix);
      if (other !== undefined) twins.set(path, `it differs from ${other} only in letter case`);
    }
  }
  return twins;
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`. */
function prefixes(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
