import type { WatchActivities } from '../../core/watch/contracts.js';
import { openIn } from '../../core/watch/open-in.js';
import { samplesSchema } from '../../measure/stored-samples.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { activity } from '../activity.js';

/** Samples have the numbers of all metrics, whichever was asked about. */
export function openQuestionsActivity(artifacts: ArtifactStore): WatchActivities['openQuestions'] {
  return activity(async ({ samples, questions, minGain }) => {
    const { pairs, rule } = await artifacts.getJson(samples, samplesSchema);
    if (rule === null) return { questions, gain: true };
    return openIn(pairs, rule, questions, minGain);
  });
}
