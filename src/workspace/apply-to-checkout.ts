import { PerfloopError } from '../core/errors.js';
import { type Checkout, openCheckout } from './checkout.js';
import { dirtyCounts } from './checkout-warnings.js';
import { git, gitResult, type GitOptions } from './git.js';
import { perfloopAuthor } from './git-environment.js';
import { branchOf } from './result-branch.js';
import type { Repository } from './repository.js';
import { standInTrailer } from './snapshot.js';
import { hasCommit } from './tree.js';

export interface Applied {
  /** The branch in the user's repository, `perfloop/<run>`. */
  branch: string;
  commit: string;
  /** Its commits on top of the base. */
  commits: number;
  merged: 'no' | 'fast-forward' | 'cherry-picked' | 'already';
  /** What to do next, a command. */
  next: string;
}

/**
 * Fetches the result of a run into the user's repository as the branch `perfloop/<run>`; with `merge` also onto the
 * branch that is checked out, as a fast-forward where possible, else commit by commit. Refuses on changes that are not
 * committed (untracked files do not count). On a conflict the checkout is put back as it was.
 * Throws PL_DIRTY_TREE, PL_NO_RESULT, PL_BRANCH_DIVERGED, PL_OTHER_REPOSITORY, PL_BARE_REPOSITORY, PL_APPLY_CONFLICT.
 */
export async function applyToCheckout(request: { dir: string; run: string; repository: Repository; merge?: boolean }): Promise<Applied> {
  const { run, repository, merge = false } = request;
  const checkout = await openCheckout(request.dir);
  const { changed } = await dirtyCounts(checkout);
  if (changed > 0) throw new PerfloopError('PL_DIRTY_TREE', `${changed} files have changes that are not committed`, { where: checkout.root, fix: 'Commit them, or put them aside with `git stash`, and try again.' });
  if (merge && checkout.bare) throw new PerfloopError('PL_BARE_REPOSITORY', 'a bare repository has nothing checked out to merge into', { where: checkout.root, fix: 'Leave `--merge` out: the branch is fetched.' });
  const branch = branchOf(run);
  const tip = await repository.branch(branch);
  if (tip === undefined) throw new PerfloopError('PL_NO_RESULT', `the run ${run} has no branch`, { where: repository.path, fix: 'A run has one once a candidate was accepted: see `perfloop show`.' });
  await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance', repository.path, `refs/heads/${branch}`], checkout.git);
  const { base, commit } = await onUsersBase(checkout, repository.target.base.commit, tip);
  await pointBranch(checkout, branch, commit);
  const commits = Number(await git(['rev-list', '--count', `${base}..${commit}`], checkout.git));
  const merged = merge ? await mergeInto(checkout, base, commit) : 'no';
  const next = merged === 'no' ? `git log -p ${base.slice(0, 12)}..${branch}, then git merge ${branch}` : `git log -p -${commits}`;
  return { branch, commit, commits, merged, next };
}

/** Base and tip as the user's repository knows them: a stand-in for missing history is replaced by the commit it stands for. */
async function onUsersBase(checkout: Checkout, base: string, tip: string): Promise<{ base: string; commit: string }> {
  const message = await git(['log', '-1', '--format=%B', base], checkout.git);
  const real = new RegExp(`^${standInTrailer}: ([0-9a-f]{40})$`, 'm').exec(message)?.[1];
  if (real === undefined) return { base, commit: tip };
  if (!(await hasCommit(real, checkout.git))) throw new PerfloopError('PL_OTHER_REPOSITORY', `the run started from ${real.slice(0, 12)}, which is not in this repository`, { where: checkout.root, fix: 'Name the repository that the run was started in, or fetch that commit.' });
  let parent = real;
  for (const commit of (await git(['rev-list', '--reverse', '--first-parent', `${base}..${tip}`], checkout.git)).split('\n').filter((line) => line !== '')) parent = await replant(checkout.git, commit, parent);
  return { base: real, commit: parent };
}

/** The same files, message, author and dates on another parent. */
async function replant(options: GitOptions, commit: string, parent: string): Promise<string> {
  const [name = '', email = '', date = '', ...message] = (await git(['log', '-1', '--date=raw', '--format=%an%n%ae%n%ad%n%B', commit], options)).split('\n');
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date };
  return git(['commit-tree', `${commit}^{tree}`, '-p', parent, '-F', '-'], { ...options, env, input: message.join('\n') });
}

/** Moves the branch forward only: what the user put on top of it is theirs. */
async function pointBranch(checkout: Checkout, branch: string, commit: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const now = await gitResult(['rev-parse', '--verify', '--quiet', ref], checkout.git);
  const old = now.exitCode === 0 ? now.stdout.toString('utf8').trim() : '';
  if (old === commit) return;
  const head = await gitResult(['symbolic-ref', '--quiet', 'HEAD'], checkout.git);
  const checkedOut = head.stdout.toString('utf8').trim() === ref;
  const forward = old === '' || (await gitResult(['merge-base', '--is-ancestor', old, commit], checkout.git)).exitCode === 0;
  if (!forward || (checkedOut && !checkout.bare)) {
    throw new PerfloopError('PL_BRANCH_DIVERGED', `the branch ${branch} is ${checkedOut ? 'checked out, and behind the result' : 'there already with other commits'}`, { where: checkout.root, fix: checkedOut ? 'Check another branch out and try again.' : `Rename or delete it (git branch -m ${branch} NEW) and try again.` });
  }
  await git(['update-ref', ref, commit, old === '' ? '0'.repeat(40) : old], checkout.git);
}

async function mergeInto(checkout: Checkout, base: string, commit: string): Promise<Applied['merged']> {
  const reaches = async (older: string, newer: string) => (await gitResult(['merge-base', '--is-ancestor', older, newer], checkout.git)).exitCode === 0;
  if (await reaches(commit, 'HEAD')) return 'already';
  if (await reaches('HEAD', commit)) {
    await git(['merge', '--quiet', '--ff-only', commit], checkout.git).catch((error: unknown) => {
      throw conflict(checkout, [], error);
    });
    return 'fast-forward';
  }
  const options = { ...checkout.git, env: await committer(checkout) };
  const picked = await gitResult(['cherry-pick', '--allow-empty', '--keep-redundant-commits', `${base}..${commit}`], options);
  if (picked.exitCode === 0) return 'cherry-picked';
  const paths = (await git(['diff', '--name-only', '--diff-filter=U', '-z'], checkout.git)).split('\0').filter((path) => path !== '');
  await gitResult(['cherry-pick', '--abort'], options);
  throw conflict(checkout, paths, new Error(picked.stderr));
}

function conflict(checkout: Checkout, paths: readonly string[], cause: unknown): PerfloopError {
  return new PerfloopError('PL_APPLY_CONFLICT', `the result does not merge with what is checked out${paths.length > 0 ? `: ${paths.join(', ')}` : ''}`, { where: checkout.root, fix: 'Nothing was changed but the fetched branch: merge it by hand with `git merge perfloop/<run>`, or start a run from here.', problems: [cause instanceof Error ? cause.message.trim() : String(cause)], cause });
}

/** The user's own name where git knows it. */
async function committer(checkout: Checkout): Promise<Record<string, string>> {
  const known = await gitResult(['config', '--get', 'user.email'], checkout.git);
  return known.exitCode === 0 ? {} : { GIT_COMMITTER_NAME: perfloopAuthor.name, GIT_COMMITTER_EMAIL: perfloopAuthor.email };
}
