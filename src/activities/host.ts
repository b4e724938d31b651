import type { HostActivities } from '../core/run/contracts.js';
import { activity } from './activity.js';
import { agentActivities } from './agent.js';
import { executedFlagsActivity } from './executed-flags.js';
import { explainDecisionActivity } from './explain-decision.js';
import { acceptActivities } from './accept.js';
import { buildSidesActivity } from './build-sides.js';
import { analyzeByModelActivity } from './analyze-by-model.js';
import { askModelActivity } from './ask-model.js';
import { analyzeActivity } from './analyze.js';
import { commandActivities } from './commands.js';
import { compareCasesActivity } from './compare-cases.js';
import { compareOutputsActivity } from './compare-outputs.js';
import type { Dependencies } from './dependencies.js';
import { knobActivities } from './knobs.js';
import { proposeActivity } from './propose.js';
import { collectContextActivity } from './steps/collect-context.js';
import { diffStatActivity } from './steps/diff-stat.js';
import { ownStepActivity } from './steps/own-step.js';
import { printedFindingsActivity } from './steps/printed-findings.js';
import { selectTargetsActivity } from './steps/select-targets.js';
import { promptActivities } from './steps/write-prompt.js';
import { surveyActivity } from './survey.js';
import { worktreeActivities } from './worktrees.js';
import { writeLessonsActivity } from './write-lessons.js';

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
    analyzeByModel: analyzeByModelActivity(deps),
    askModel: askModelActivity(deps),
    writeLessons: writeLessonsActivity(deps),
    explainDecision: explainDecisionActivity(deps),
    propose: proposeActivity(deps),
    ...agentActivities(deps),
    ownStep: ownStepActivity(deps),
    printedFindings: printedFindingsActivity(deps),
    selectTargets: selectTargetsActivity(deps),
    collectContext: collectContextActivity(deps),
    ...promptActivities(deps),
    diffStat: diffStatActivity(deps),
    ...knobActivities(deps),
    ...acceptActivities(deps),
  };
}
