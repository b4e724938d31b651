import { posix } from 'node:path';
import { openCheckout } from './checkout.js';
import { git, gitResult } from './git.js';
import { resolveRevision } from './revision.js';

/**
 * The file of a name that a revision has in a folder of the user's repository, or else in the nearest folder above it; null
 * when there is none up to the top. `path` is relative to the top.
 */
export async function nearestAtRevision(dir: string, revision: string, name: string): Promise<{ path: string; text: string } | null> {
  const checkout = await openCheckout(dir);
  const commit = await resolveRevision(checkout, revision);
  const prefix = await git(['rev-parse', '--show-prefix'], { ...checkout.git, cwd: dir });
  for (let folder = posix.normalize(prefix === '' ? '.' : prefix); ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, name);
    const shown = await gitResult(['cat-file', 'blob', `${commit}:${path}`], checkout.git);
    if (shown.exitCode === 0) return { path, text: shown.stdout.toString('utf8') };
    if (folder === '.') return null;
  }
}
