import { posix } from 'node:path';
import { type Checkout, openCheckout } from './checkout.js';
import { git, gitResult } from './git.js';
import { resolveRevision } from './revision.js';

export interface FileAtRevision {
  path: string;
  text: string;
  /** Another file of the same commit, by its path from the top; null where there is none. A link is none. */
  beside(path: string): Promise<Buffer | null>;
}

/**
 * The file of a name that a revision has in a folder of the user's repository, or else in the nearest folder above it; null
 * when there is none up to the top. `path` is relative to the top.
 */
export async function nearestAtRevision(dir: string, revision: string, name: string): Promise<FileAtRevision | null> {
  const checkout = await openCheckout(dir);
  const commit = await resolveRevision(checkout, revision);
  const prefix = await git(['rev-parse', '--show-prefix'], { ...checkout.git, cwd: dir });
  for (let folder = posix.normalize(prefix === '' ? '.' : prefix); ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, name);
    const shown = await gitResult(['cat-file', 'blob', `${commit}:${path}`], checkout.git);
    if (shown.exitCode === 0) return { path, text: shown.stdout.toString('utf8'), beside: (other) => blobAt(checkout, commit, other) };
    if (folder === '.') return null;
  }
}

/** A file of a revision of the user's repository, by its path from the top; null where there is none. A link is none. */
export async function fileAtRevision(checkout: Checkout, revision: string, path: string): Promise<Buffer | null> {
  return blobAt(checkout, await resolveRevision(checkout, revision), path);
}

async function blobAt({ git: here }: Checkout, commit: string, path: string): Promise<Buffer | null> {
  const [mode] = (await git(['ls-tree', '-z', commit, '--', `:(top,literal)${path}`], here)).split(' ', 1);
  if (mode !== '100644' && mode !== '100755') return null;
  const shown = await gitResult(['cat-file', 'blob', `${commit}:${path}`], here);
  return shown.exitCode === 0 ? shown.stdout : null;
}
