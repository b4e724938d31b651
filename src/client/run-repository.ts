import type { RunStatus } from '../core/status.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { Home } from '../store/home.js';
import { championBundle } from '../workspace/bundle-names.js';
import { openRepository } from '../workspace/repository.js';
import { lastGoodCommit } from '../workspace/result-commits.js';
import { targetOf } from '../workspace/target-of-run.js';

/** Perfloop's repository with the best commit of a run without what is rolled back in it, and the ref that holds it. Work of another host comes from the artifacts that both share. */
export async function championOf(home: Home, status: RunStatus): Promise<{ path: string; ref: string }> {
  const artifacts = artifactsOf(home);
  const target = await targetOf(status, artifacts);
  const repository = await openRepository(home, target, artifacts);
  const { champion } = status;
  const bundle = champion === target.base.commit ? target.base.bundle : ((await championBundle(artifacts, status)) ?? target.base.bundle);
  await repository.ensureCommit({ commit: champion, bundle });
  const good = await lastGoodCommit(repository, status);
  await repository.keep(good);
  return { path: repository.path, ref: `refs/perfloop/commits/${good}` };
}
