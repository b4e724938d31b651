import { createHash } from 'node:crypto';
import type { Checkout } from './checkout.js';
import { git, gitResult } from './git.js';

/**
 * A short id that stays the same for a repository wherever it is cloned or moved: the hash of the first commit on the
 * first-parent line. A shallow or partial clone does not reach that far: then of the address it was cloned from, else of
 * its path.
 */
export async function targetId(checkout: Checkout, commit: string): Promise<string> {
  return createHash('sha256').update(await identity(checkout, commit)).digest('hex').slice(0, 12);
}

async function identity(checkout: Checkout, commit: string): Promise<string> {
  if (checkout.incomplete !== 'shallow') return `root:${await git(['rev-list', '--first-parent', '--max-parents=0', '--max-count=1', commit], checkout.git)}`;
  const remote = await gitResult(['config', '--get', 'remote.origin.url'], checkout.git);
  const url = remote.stdout.toString('utf8').trim();
  return url === '' ? `path:${checkout.root}` : `url:${normalUrl(url)}`;
}

/** The same for `git@host:a/b.git` and `https://user@host/a/b`. */
function normalUrl(url: string): string {
  return url
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
}
