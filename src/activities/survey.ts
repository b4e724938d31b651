import type { HostActivities } from '../core/run/contracts.js';
import { surveyRepository } from '../workspace/survey/survey.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, worktreeOf } from './ground.js';

export function surveyActivity(deps: Dependencies): HostActivities['survey'] {
  return activity(async ({ target, config, worktree, benchmark, testMs }) => {
    const repository = await repositoryOf(deps, target);
    const { path } = await worktreeOf(deps, worktree);
    const { survey, warnings } = await surveyRepository({ worktree: path, files: await repository.listFiles(worktree.commit), config, benchmark, testMs });
    const [main] = survey.languages;
    const summary = `${survey.languages.length === 0 ? 'no source files' : `mostly ${main?.language ?? ''}, ${survey.languages.reduce((sum, { files }) => sum + files, 0)} source files`}, ${survey.reached.length} reached by the benchmark`;
    return { survey: await deps.artifacts.put('json', JSON.stringify(survey)), summary, warnings };
  });
}
