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
export async function nearestAtRevision(dir: string | Checkout, revision: string, name: string): Promise<FileAtRevision | null> {
  const checkout = typeof dir === 'string' ? await openCheckout(dir) : dir;
  const commit = await resolveRevision(checkout, revision);
  for (let folder = posix.normalize(checkout.prefix === '' ? '.' : checkout.prefix); ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, name);
    const shown = await gitResult(['cat-file', 'blob', `${commit}:${path}`], checkout.git);
    if (shown.exitCode === 0) return { path, text: shown.stdout.toString('utf8'), beside: (other) => blobAt(checkout, commit, other) };
    if (folder === '.') return null;
  }
}

/** How a file of the working tree, by its path from the top, stands to that of a revision, as git sees it: line ends may differ. */
export async function comparedWithRevision(checkout: Checkout, revision: string, path: string): Promise<'same' | 'differs' | 'absent'> {
  const commit = await resolveRevision(checkout, revision);
  if (!(await isFileAt(checkout, commit, path))) return 'absent';
  const { exitCode } = await gitResult(['diff', '--quiet', '--no-ext-diff', commit, '--', literally(path)], checkout.git);
  return exitCode === 0 ? 'same' : 'differs';
}

async function blobAt(checkout: Checkout, commit: string, path: string): Promise<Buffer | null> {
  if (!(await isFileAt(checkout, commit, path))) return null;
  const shown = await gitResult(['cat-file', 'blob', `${commit}:${path}`], checkout.git);
  return shown.exitCode === 0 ? shown.stdout : null;
}

async function isFileAt({ git: here }: Checkout, commit: string, path: string): Promise<boolean> {
  const [mode] = (await git(['ls-tree', '-z', commit, '--', literally(path)], here)).split(' ', 1);
  return mode === '100644' || mode === '100755';
}

const literally = (path: string): string => `:(top,literal)${path}`;
