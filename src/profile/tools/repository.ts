import type { ProfileDatabase } from './open.js';

/** Folders inside a repository that hold other people's code. */
const dependencyFolders = new Set(['node_modules', 'bower_components', 'site-packages', 'dist-packages', '.yarn', '.pnpm-store', '.venv', 'venv', '.tox', '.nox', '__pypackages__']);

/**
 * Path relative to the repository, with `/`; null for what lies outside of it or in a dependency's folder. A module that is
 * already relative (Python told it so) is taken as relative to the root.
 */
export function repositoryPath(module: string, root: string): string | null {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  const path = module.startsWith(prefix) ? module.slice(prefix.length) : relativePath(module);
  if (path === null || path === '') return null;
  return isInDependency(path) ? null : path;
}

/** Whether a folder of other people's code is on the path. */
export function isInDependency(path: string): boolean {
  return path.split('/').some((part) => dependencyFolders.has(part));
}

function relativePath(module: string): string | null {
  return /^[^/<[:][^<:]*\.\w+$/.test(module) && !module.startsWith('../') ? module.replace(/^\.\//, '') : null;
}

/** Gives SQL the function `repository_path(module)` for this root; without a root, every module that has a name is its own path. */
export function registerRepositoryPath(db: ProfileDatabase, root: string | null): void {
  const path = (module: string): string | null => (root === null ? module || null : repositoryPath(module, root));
  db.function('repository_path', { deterministic: true }, (module: unknown) => (typeof module === 'string' ? path(module) : null));
}
