import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { CommitRef, Target } from '../core/target.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { baseBundleName } from './bundle-names.js';
import { type Checkout, openCheckout } from './checkout.js';
import { checkoutWarnings } from './checkout-warnings.js';
import { git, gitResult } from './git.js';
import { resolveRevision } from './revision.js';
import { bundleInto, type Scratch, withScratch } from './scratch.js';
import { targetId } from './target-id.js';
import { hasCommit } from './tree.js';
import { writeWorktree } from './write-worktree.js';

/** The trailer of a base that stands for a commit whose history is not there. `apply` puts the result back on that commit. */
export const standInTrailer = 'Perfloop-Base';

/**
 * Names a repository and a revision by content and stores its history, so that any host can work on it. Reads the user's
 * repository only. A shallow or partial clone is carried over as one commit without history that holds the same files.
 * `worktree` says that what is not committed is measured, too, so that no warning is due; `checkout`: that of `dir`, where it is open already.
 */
export async function resolveTarget(request: { dir: string; checkout?: Checkout; revision: string; name?: string; worktree?: boolean; artifacts: ArtifactStore }): Promise<{ target: Target; warnings: string[] }> {
  const { artifacts, revision } = request;
  const dir = await realpath(resolve(request.dir)).catch(() => resolve(request.dir));
  const checkout = request.checkout ?? (await openCheckout(dir));
  const commit = await resolveRevision(checkout, revision);
  const id = await targetId(checkout, commit);
  const warnings = await checkoutWarnings(checkout, dir, commit, { worktree: request.worktree ?? false });
  if (checkout.incomplete !== null) warnings.push(`This is a ${checkout.incomplete} clone: perfloop works on a commit of the same files without their history (the result is put back on ${commit.slice(0, 12)} by \`perfloop apply\`).`);
  const base = await baseRef(checkout, id, commit, artifacts);
  return { target: { id, name: request.name ?? checkout.name, base, origin: checkout.root, revision }, warnings };
}

async function baseRef(checkout: Checkout, id: string, commit: string, artifacts: ArtifactStore): Promise<CommitRef> {
  const bundled = checkout.incomplete === null ? await artifacts.recall(baseBundleName(id, commit)) : undefined;
  if (bundled !== undefined) return { commit, bundle: bundled };
  return withScratch(checkout.objects, async (scratch) => {
    const base = checkout.incomplete === null ? commit : await makeStandIn(checkout, scratch, commit);
    const name = baseBundleName(id, base);
    const known = await artifacts.recall(name);
    if (known !== undefined) return { commit: base, bundle: known };
    const bundle = await bundleInto(artifacts, scratch, base);
    await artifacts.remember(name, bundle);
    return { commit: base, bundle };
  });
}

/**
 * The commit that a revision of the user's repository names, as a change of `base` (as `resolveTarget` gave it). In a
 * shallow or partial clone it becomes one commit with the revision's files on top of `base`.
 */
export async function resolveCandidate(request: { dir: string; revision: string; base: CommitRef; artifacts: ArtifactStore }): Promise<CommitRef> {
  const { artifacts, base } = request;
  const checkout = await openCheckout(request.dir);
  const commit = await resolveRevision(checkout, request.revision);
  return withScratch(checkout.objects, async (scratch) => {
    if (checkout.incomplete !== null) {
      await refuseMissingFiles(checkout, commit);
      return commitOnBase(scratch, base, await treeOf(checkout, commit), `The files of ${commit}`, artifacts);
    }
    // The base, or one of its ancestors: the base's own bundle holds it.
    const reached = await gitResult(['merge-base', '--is-ancestor', commit, base.commit], { cwd: scratch.path });
    if (reached.exitCode === 0) return { commit, bundle: base.bundle };
    return { commit, bundle: await bundleInto(artifacts, scratch, commit, [base.commit]) };
  });
}

/**
 * Everything in the user's working tree, uncommitted and untracked (not ignored) files included, as one commit on top of
 * `base`. Nothing of the user's is written: index and objects are temporary. Repositories nested in it that are no
 * submodules are left out, as they are no part of the repository. The same files give the same commit.
 */
export async function snapshotWorktree(request: { dir: string; base: CommitRef; artifacts: ArtifactStore }): Promise<CommitRef> {
  const checkout = await openCheckout(request.dir);
  if (checkout.bare) throw new PerfloopError('PL_BARE_REPOSITORY', 'a bare repository has no working tree to take a snapshot of', { where: checkout.root, fix: 'Name a revision instead of WORKTREE.' });
  return withScratch(checkout.objects, async (scratch) => {
    return commitOnBase(scratch, request.base, await writeWorktree(checkout, scratch), 'Snapshot of the working tree', request.artifacts);
  });
}

async function commitOnBase(scratch: Scratch, base: CommitRef, tree: string, message: string, artifacts: ArtifactStore): Promise<CommitRef> {
  if (!(await hasCommit(base.commit, { cwd: scratch.path }))) {
    await git(['bundle', 'unbundle', await artifacts.fileOf(base.bundle)], { cwd: scratch.path });
  }
  const commit = await commitTree(scratch, tree, [base.commit], message);
  return { commit, bundle: await bundleInto(artifacts, scratch, commit, [base.commit]) };
}

/** A commit of the same files without parents. Its message names the commit it stands for, so it is the same each time. */
async function makeStandIn(checkout: Checkout, scratch: Scratch, commit: string): Promise<string> {
  await refuseMissingFiles(checkout, commit);
  return commitTree(scratch, await treeOf(checkout, commit), [], `The files of ${commit}, without their history\n\n${standInTrailer}: ${commit}\n`);
}

async function refuseMissingFiles(checkout: Checkout, commit: string): Promise<void> {
  if (checkout.incomplete !== 'partial') return;
  const output = await git(['rev-list', '--objects', '--no-walk', '--missing=print', commit], checkout.git);
  const missing = output.split('\n').filter((line) => line.startsWith('?')).length;
  if (missing > 0) throw new PerfloopError('PL_PARTIAL_CLONE', `${missing} files of ${commit.slice(0, 12)} are not in this partial clone`, { where: checkout.root, fix: `Fetch them first: git checkout ${commit.slice(0, 12)}, or make a full clone.` });
}

/** The same tree and parents give the same commit: all dates are the epoch's first second. */
async function commitTree(scratch: Scratch, tree: string, parents: readonly string[], message: string): Promise<string> {
  const date = '@1 +0000';
  return git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message], { cwd: scratch.path, env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } });
}

async function treeOf(checkout: Checkout, commit: string): Promise<string> {
  return git(['rev-parse', '--verify', `${commit}^{tree}`], checkout.git);
}
