import { isPath } from '../../core/fleet/repository.js';
import type { WatchActivities } from '../../core/watch/contracts.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import { git } from '../../workspace/git.js';
import { withLockRetry } from '../../workspace/locks.js';
import { activity } from '../activity.js';
import { openHistory, showCommit } from './history.js';
import { openQuestionsActivity } from './open-questions.js';
import { openWatchActivity } from './open.js';
import { prepareJudgementActivity } from './prepare.js';
import { watchKey, writeWatch } from './state.js';

/** What a look at a branch asks of the hub's worker, which remembers it. */
export function watchActivities({ home, artifacts }: { home: Home; artifacts: ArtifactStore }): WatchActivities {
  return {
    openWatch: openWatchActivity(home),
    prepareJudgement: prepareJudgementActivity(artifacts),
    openQuestions: openQuestionsActivity(artifacts),
    showCommits: activity(async ({ dir, head, places }) => {
      const history = await openHistory(dir);
      return Promise.all(places.map((place) => showCommit(history, `${head}~${place}`)));
    }),
    keepWatch: activity(async ({ target, dir, state }) => {
      const key = watchKey(target);
      // Of its own repositories, so that nothing that is compared with is lost when a branch is rewritten. A path is the user's.
      if (!isPath(target.repository)) for (const name of ['last', 'anchor'] as const) await withLockRetry(dir, () => git(['update-ref', `refs/perfloop/watch/${key}/${name}`, state[name].commit], { cwd: dir }));
      await writeWatch(home, key, state);
    }),
  };
}
