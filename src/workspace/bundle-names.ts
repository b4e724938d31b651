import type { ArtifactRef } from '../core/artifact.js';
import type { ArtifactStore } from '../store/artifacts.js';

/** The name of the bundle with all that leads to a base. `target`: its id. */
export function baseBundleName(target: string, base: string): string {
  return `base-bundle/${target}/${base}`;
}

/** The name of the bundle with what a commit has and the base has not. */
export function bundleName(target: string, base: string, commit: string): string {
  return `bundle/${target}/${base}..${commit}`;
}

/** The bundle of the best commit of a run, which another host may have made. */
export async function championBundle(artifacts: ArtifactStore, { target, champion }: { target: { id: string; base: string }; champion: string }): Promise<ArtifactRef | undefined> {
  return artifacts.recall(bundleName(target.id, target.base, champion));
}
