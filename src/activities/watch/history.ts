import { PerfloopError } from '../../core/errors.js';
import type { ShownCommit } from '../../core/watch/contracts.js';
import { openCheckout, type Checkout } from '../../workspace/checkout.js';
import { git, gitResult } from '../../workspace/git.js';

/** The repository that has the branch. Throws PL_WATCH_SHALLOW where older commits are not there. */
export async function openHistory(dir: string): Promise<Checkout> {
  const checkout = await openCheckout(dir);
  if (checkout.incomplete === 'shallow') throw new PerfloopError('PL_WATCH_SHALLOW', 'the repository is a shallow clone: the commits between two heads are not there', { where: checkout.root, fix: 'Fetch them: git fetch --unshallow. Or watch the URL that it was cloned from.' });
  return checkout;
}

/** Null where there is no such commit. */
export async function findCommit({ git: here }: Checkout, revision: string): Promise<string | null> {
  const found = await gitResult(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], here);
  return found.exitCode === 0 ? found.stdout.toString('utf8').trim() : null;
}

export async function isAncestor({ git: here }: Checkout, older: string, newer: string): Promise<boolean> {
  return (await gitResult(['merge-base', '--is-ancestor', older, newer], here)).exitCode === 0;
}

export async function mergeBase({ git: here }: Checkout, one: string, other: string): Promise<string | null> {
  const found = await gitResult(['merge-base', one, other], here);
  return found.exitCode === 0 ? (found.stdout.toString('utf8').trim().split('\n')[0] ?? null) : null;
}

/** Commits after `older` up to `newer`, along first parents. */
export async function countBetween({ git: here }: Checkout, older: string, newer: string): Promise<number> {
  return Number(await git(['rev-list', '--count', '--first-parent', `${older}..${newer}`], here));
}

export async function hasSameFiles({ git: here }: Checkout, one: string, other: string): Promise<boolean> {
  const [first, second] = (await git(['rev-parse', `${one}^{tree}`, `${other}^{tree}`], here)).split('\n');
  return first === second;
}

export async function showCommit({ git: here }: Checkout, revision: string): Promise<ShownCommit> {
  const [commit = '', author = '', at = '', parents = '', subject = ''] = (await git(['log', '-1', '--no-show-signature', '--format=%H%n%an%n%aI%n%P%n%s', revision, '--'], here)).split('\n');
  return { commit, author: author.slice(0, 200), at, subject: subject.slice(0, 300), parents: parents.split(' ').filter((parent) => parent !== '') };
}
