import type { RollbackActivities } from '../core/rollback/rollback.js';
import type { HubActivities } from '../core/run/contracts.js';
import { sha256 } from '../propose/hash.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import type { StoreWriter } from '../store/writer.js';
import { keepProgress } from '../store/progress.js';
import { metrics } from '../telemetry/metrics.js';
import { activity } from './activity.js';
import { countRun, countTime, countTrial, timesOf } from './count-recorded.js';
import { rollBackByHand } from './rollback.js';
import { writeRunView } from './run-view.js';

/** Noise that is older says little about the machine of today. */
const noiseLastsMs = 30 * 24 * 3_600_000;

/** The one writer of the knowledge base: only the hub's worker serves these. */
export function hubActivities({ store, artifacts, home }: { store: StoreWriter; artifacts: ArtifactStore; home: Home }): HubActivities & RollbackActivities {
  return {
    recordRun: activity(async (recorded) => {
      const { status, trials, decisions, progress } = recorded;
      // Before the status: who reads of the end finds it.
      if (progress !== undefined) await keepProgress(artifacts, status.run, progress);
      for (const time of timesOf(recorded)) if (store.recordTime(status.run, time)) countTime(status, time);
      for (const { position, trial } of trials) if (store.recordTrial(status.run, position, trial)) countTrial(status, trial);
      for (const decision of decisions) if (store.recordDecision(status.run, decision)) metrics.decisions.add(1, { decision: decision.approve ? 'approve' : 'reject' });
      if (store.recordRun(status)) countRun(status);
      await writeRunView(home, artifacts, recorded);
    }),
    rollBack: activity(async (request) => rollBackByHand({ home, artifacts, store }, request)),
    recordLessons: activity(async ({ lessons }) => {
      for (const lesson of lessons) store.recordLesson(lesson);
    }),
    findNoise: activity(async ({ host, benchmark, now }) => {
      const known = store.findNoise(host, sha256(benchmark));
      return known === null || now - known.at > noiseLastsMs ? null : { noise: known.noise, samples: known.samples };
    }),
    recordNoise: activity(async ({ host, benchmark, noise, samples, at }) => {
      store.recordNoise({ host, benchmark: sha256(benchmark), noise, samples, at });
    }),
    recordSurvey: activity(async ({ target, base, at, survey }) => {
      store.recordSurvey(target, base, at, survey);
    }),
    priors: activity(async ({ target }) => artifacts.put('json', JSON.stringify(store.known(target)))),
  };
}
