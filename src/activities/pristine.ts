import type { Config } from '../core/config/schema.js';
import type { Target } from '../core/target.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { Pristine } from '../workspace/pristine/pristine.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { sandboxOf, settingsOf } from './sandbox.js';

/**
 * The worktree as it was built, with the base's protected files laid over it: as it is when this is first asked for, which is
 * before anything but set-up and build runs in it. What tests leave is so gone before the first sample, as it is on the side
 * where no tests run.
 */
export async function pristineOf(deps: Dependencies, scope: { target: Target; config: Config }, worktree: OpenWorktree): Promise<Pristine> {
  // The home that its commands find is a part of it.
  await sandboxOf(deps, scope, worktree, 'measured');
  const rules = await rulesOf(await repositoryOf(deps, scope.target), scope.target, scope.config);
  return Pristine.of(deps.home, worktree, settingsOf(scope.config).keep, { base: scope.target.base.commit, rules });
}
