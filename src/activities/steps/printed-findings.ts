import { namedVariables } from '../../core/config/named-variables.js';
import type { HostActivities } from '../../core/run/contracts.js';
import { redactorOf } from '../../models/redact.js';
import { printedFindingsInThread } from '../../profile/printed/in-thread.js';
import { activity } from '../activity.js';
import { withReach } from '../analyze.js';
import { writeEntries } from '../profile-entries.js';
import type { Dependencies } from '../dependencies.js';
import { unlessGone, worktreeOf } from '../ground.js';
import type { Survey } from '../../core/survey.js';

/** Findings of what a command of the user's printed. */
export function printedFindingsActivity(deps: Dependencies): HostActivities['printedFindings'] {
  return activity(async (input, { signal }) => {
    const { config, worktree, printed, command, ignore, survey: surveyRef } = input;
    const { path } = await worktreeOf(deps, worktree);
    return unlessGone(deps, [worktree], async () => {
      const text = (await deps.artifacts.get(printed)).toString('utf8');
      const { min_share: minShare, top } = config.profile;
      const shown = redactorOf(deps.env, namedVariables(config)).text(command.run);
      const { findings: found, rows, entries, leftOut } = await printedFindingsInThread({ worktree: path, text, command: shown, ignore: [...ignore, ...config.profile.ignore], minShare, top }, { signal });
      const survey = surveyRef === null ? null : await deps.artifacts.getJson<Survey>(surveyRef);
      const findings = found.map((finding) => withReach(finding, survey));
      await writeEntries(deps, input, entries, findings);
      return { findings: await deps.artifacts.put('findings', JSON.stringify(findings)), count: findings.length, rows, ignored: leftOut.ignored, outside: leftOut.outside, ambiguous: leftOut.ambiguous.length, unclear: leftOut.ambiguous.slice(0, mostUnclear).map(({ function: name, files }) => ({ function: name.slice(0, 200), files: files.slice(0, 4) })) };
    });
  });
}

/** More of them say no more. */
const mostUnclear = 3;
