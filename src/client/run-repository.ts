import type { RunStatus } from '../core/status.js';
import type { Target } from '../core/target.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { Home } from '../store/home.js';
import { openRepository } from '../workspace/repository.js';

/** The target of a run, from its status. */
export async function targetOf({ target }: RunStatus, artifacts: ArtifactStore): Promise<Target> {
  const known = await artifacts.recall(`base-bundle/${target.id}/${target.base}`);
  // Without its bundle the base can still be in perfloop's repository here; where it is not, the missing artifact is named.
  const bundle = known ?? { sha: '0'.repeat(64), bytes: 0, kind: 'bundle' };
  return { id: target.id, name: target.name, base: { commit: target.base, bundle }, origin: target.origin, revision: target.base };
}

/** Perfloop's repository with the best commit of a run in it, and the ref that holds it. Work of another host comes from the artifacts that both share. */
export async function championOf(home: Home, status: RunStatus): Promise<{ path: string; ref: string }> {
  const artifacts = artifactsOf(home);
  const target = await targetOf(status, artifacts);
  const repository = await openRepository(home, target, artifacts);
  const { champion } = status;
  const bundle = champion === target.base.commit ? target.base.bundle : ((await artifacts.recall(`bundle/${target.id}/${target.base.commit}..${champion}`)) ?? target.base.bundle);
  await repository.ensureCommit({ commit: champion, bundle });
  return { path: repository.path, ref: `refs/perfloop/commits/${champion}` };
}
