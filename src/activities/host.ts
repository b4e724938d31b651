import type { HostActivities } from '../core/run/contracts.js';
import { activity } from './activity.js';
import { agentActivities } from './agent.js';
import { executedFlagsActivity } from './executed-flags.js';
import { acceptActivities } from './accept.js';
import { buildSidesActivity } from './build-sides.js';
import { askModelActivity } from './ask-model.js';
import { analyzeActivity } from './analyze.js';
import { commandActivities } from './commands.js';
import { compareCasesActivity } from './compare-cases.js';
import { compareOutputsActivity } from './compare-outputs.js';
import type { Dependencies } from './dependencies.js';
import { proposeActivity } from './propose.js';
import { surveyActivity } from './survey.js';
import { worktreeActivities } from './worktrees.js';

/** Everything that runs where the worktrees are. */
export function hostActivities(deps: Dependencies): HostActivities {
  return {
    ping: activity(async () => {}),
    ...worktreeActivities(deps),
    buildSides: buildSidesActivity(deps),
    ...commandActivities(deps),
    compareOutputs: compareOutputsActivity(deps),
    compareCases: compareCasesActivity(deps),
    executedFlags: executedFlagsActivity(deps),
    survey: surveyActivity(deps),
    analyze: analyzeActivity(deps),
    askModel: askModelActivity(deps),
    propose: proposeActivity(deps),
    ...agentActivities(deps),
    ...acceptActivities(deps),
  };
}
