import type { HostActivities } from '../core/run/contracts.js';
import { brokenCommit } from '../inspect/reach/broken-commit.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';
import { rulesOf } from './guard-protected.js';

/** One side of a change with the functions that differ made to throw: so that it can be seen whether the tests notice. */
export function breakChangeActivity(deps: Dependencies): HostActivities['breakChange'] {
  return activity(async ({ run, trial, target, config, side, commit, other }) => {
    const repository = await repositoryOf(deps, target);
    await repository.ensureCommit(commit);
    await repository.ensureCommit(other);
    const protection = protectionOf(await rulesOf(repository, target, config));
    const broken = await brokenCommit({ home: deps.home, repository, key: `${run}/${trial}/break/${side}`, commit: commit.commit, other: other.commit, skip: (path) => protection(path) !== undefined });
    return broken === null ? null : { commit: await repository.commitRef(broken.commit, target.base), names: broken.names };
  });
}
