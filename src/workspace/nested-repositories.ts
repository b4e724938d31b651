import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nameFrom, rawPath } from './raw-path.js';

/** Git looks into none of them, and they are large. */
const skipped = new Set(['node_modules']);

/**
 * Paths of the git repositories within a worktree, other than its own. Git asks them what has changed there, by their own
 * settings, which can name programs to run: what foreign code left must be looked at before any git is. Follows no symlink.
 */
export async function nestedRepositories(worktree: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string): Promise<void> => {
    // What cannot be read here, git cannot read either.
    const entries = await readdir(rawPath(join(worktree, folder)), { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
    for (const entry of entries) {
      const name = nameFrom(entry.name);
      if (name.toLowerCase() === '.git') {
        if (folder !== '') found.push(folder);
      } else if (entry.isDirectory() && !skipped.has(name)) await look(join(folder, name));
    }
  };
  await look('');
  return found.sort();
}
