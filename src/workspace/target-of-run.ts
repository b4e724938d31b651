import type { RunStatus } from '../core/status.js';
import type { Target } from '../core/target.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { baseBundleName } from './bundle-names.js';

/** The target of a run, from its status. */
export async function targetOf({ target }: Pick<RunStatus, 'target'>, artifacts: ArtifactStore): Promise<Target> {
  const known = await artifacts.recall(baseBundleName(target.id, target.base));
  // Without its bundle the base can still be in perfloop's repository here; where it is not, the missing artifact is named.
  const bundle = known ?? { sha: '0'.repeat(64), bytes: 0, kind: 'bundle' };
  return { id: target.id, name: target.name, base: { commit: target.base, bundle }, origin: target.origin, revision: target.base };
}
