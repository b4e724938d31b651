import type { Finding } from '../core/finding.js';
import type { HostActivities } from '../core/run/contracts.js';
import type { Survey } from '../core/survey.js';
import { analyzeRunInThread } from '../profile/findings/in-thread.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { worktreeOf } from './ground.js';
import { writeEntries } from './profile-entries.js';

/** Turns a profile into located findings. */
export function analyzeActivity(deps: Dependencies): HostActivities['analyze'] {
  return activity(async (input, { signal }) => {
    const { config, worktree, profile, survey: surveyRef } = input;
    const { path } = await worktreeOf(deps, worktree);
    const database = await deps.artifacts.fileOf(profile);
    const { ignore, min_share: minShare, top } = config.profile;
    const { findings: found, entries, analysis } = await analyzeRunInThread({ database, worktree: path, ignore, minShare, top }, { signal });
    const survey = surveyRef === null ? null : await deps.artifacts.getJson<Survey>(surveyRef);
    const findings = found.map((finding) => withReach(finding, survey));
    await writeEntries(deps, input, entries, findings);
    const [first] = findings;
    return {
      findings: await deps.artifacts.put('findings', JSON.stringify(findings)),
      count: findings.length,
      summary: first === undefined ? 'nothing hot in the repository' : `${first.function} in ${first.file}: ${(first.selfShare * 100).toFixed(1)}%`,
      analysis: await deps.artifacts.put('json', JSON.stringify(analysis)),
    };
  });
}

/** What the warm-up knows of the file: how the benchmark comes to it. */
export function withReach(finding: Finding, survey: Survey | null): Finding {
  const reached = survey?.reached.find(({ file }) => file === finding.file);
  if (reached === undefined) return finding;
  return { ...finding, evidence: [...finding.evidence, { tool: 'warmup', text: `The benchmark reaches this file through imports; ${reached.importers} file${reached.importers === 1 ? '' : 's'} on the way import${reached.importers === 1 ? 's' : ''} it.` }] };
}
