import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStatus } from '../core/status.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { championBundle } from './bundle-names.js';
import { openRepository, type Repository } from './repository.js';
import { branchOf } from './result-branch.js';
import { lastGoodCommit } from './result-commits.js';
import { targetOf } from './target-of-run.js';

/** Points the branch of a result, where it is here, at the best commit without a patch that is rolled back. Gives that commit. */
export async function pointAtLastGood(repository: Repository, status: RunStatus): Promise<string> {
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
  // What another host made later is in the artifacts that both share.
  const bundle = await championBundle(artifacts, status);
  if (bundle !== undefined) await repository.ensureCommit({ commit: status.champion, bundle });
  await pointAtLastGood(repository, status);
}
