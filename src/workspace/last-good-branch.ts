import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStatus } from '../core/status.js';
import { PerfloopError } from '../core/errors.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { championBundle } from './bundle-names.js';
import { openRepository, type Repository } from './repository.js';
import { branchOf } from './result-branch.js';
import { lastGoodCommit } from './result-commits.js';
import { targetOf } from './target-of-run.js';
import { hasCommit } from './tree.js';

/** Points the branch of a result, where it is here, at the best commit without a patch that is rolled back. Gives that commit. Throws PL_ARTIFACT_MISSING. */
export async function pointAtLastGood(repository: Repository, artifacts: ArtifactStore, status: RunStatus): Promise<string> {
  await bringChampion(repository, artifacts, status);
  const branch = branchOf(status.run);
  const now = await repository.branch(branch);
  const good = await lastGoodCommit(repository, status);
  if (now !== undefined && now !== good) await repository.setBranch(branch, good);
  return good;
}

/** The same in this home, of runs that have ended: an open one moves its branch itself. Does nothing where the home has no repository of the target. */
export async function pointHere({ home, artifacts }: { home: Home; artifacts: ArtifactStore }, status: RunStatus): Promise<void> {
  if (status.endedAt === null || status.accepted === 0 || !existsSync(join(home.repos, `${status.target.id}.git`))) return;
  const target = await targetOf(status, artifacts);
  const repository = await openRepository(home, target, artifacts);
  if ((await repository.branch(branchOf(status.run))) === undefined) return;
  await pointAtLastGood(repository, artifacts, status);
}

/** What another host made later is in the artifacts that both share. */
async function bringChampion(repository: Repository, artifacts: ArtifactStore, status: RunStatus): Promise<void> {
  const bundle = await championBundle(artifacts, status);
  if (bundle !== undefined) return repository.ensureCommit({ commit: status.champion, bundle });
  if (await hasCommit(status.champion, { cwd: repository.path, env: { GIT_DIR: repository.path } })) return;
  throw new PerfloopError('PL_ARTIFACT_MISSING', `the commits of ${status.run} are neither in perfloop's repository here nor in the store of artifacts`, { where: repository.path, fix: 'Try again on the host where it ran, or with its store of artifacts: PERFLOOP_ARTIFACTS.' });
}
