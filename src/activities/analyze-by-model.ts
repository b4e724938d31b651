import type { Finding } from '../core/finding.js';
import type { HostActivities } from '../core/run/contracts.js';
import { withModel as withModelSaid } from '../models/analyze/analyze.js';
import { askAboutProfile } from '../models/analyze/ask.js';
import { placeKey } from '../models/analyze/claims.js';
import { tracked } from '../profile/findings/findings.js';
import { locatedFinding } from '../profile/findings/device-findings.js';
import type { Analysis } from '../profile/rules/analyze.js';
import { Repository } from '../profile/rules/place/repository.js';
import { activity } from './activity.js';
import { withModel } from './conversation.js';
import type { Dependencies } from './dependencies.js';
import { worktreeOf } from './ground.js';
import { talkOf } from './talk-of-phase.js';

/** Has a model judge what the rules found in the profile of a round, and look for more. */
export function analyzeByModelActivity(deps: Dependencies): HostActivities['analyzeByModel'] {
  return activity((input, attempt) => withModel(deps, input, 'analyze', attempt, async ({ choice, redactor, open }) => {
    const { model, worktree, profile, findings: findingsRef, analysis: analysisRef } = input;
    const { path } = await worktreeOf(deps, worktree);
    const database = await deps.artifacts.fileOf(profile);
    const findings = await deps.artifacts.getJson<Finding[]>(findingsRef);
    const analysis = await deps.artifacts.getJson<Analysis>(analysisRef);
    const asked = await askAboutProfile((tools) => open('analyze', tools), { choice, analysis, database, repo: path, home: deps.home });
    const said = redactor.json(asked.said);
    const both = withModelSaid(analysis, said);
    const notReal = new Map(said.judged.flatMap(({ finding, real, why }) => {
      const of = analysis.findings.find(({ id }) => id === finding);
      return real || of === undefined ? [] : [[placeKey(of.file, of.function), why] as const];
    }));
    // What a model doubts is tried last, not left out: nobody has measured it yet.
    const doubted = (finding: Finding): string | undefined => notReal.get(placeKey(finding.file, finding.function));
    const kept = [...findings.filter((finding) => doubted(finding) === undefined), ...(await added(findings, said.findings, path)), ...findings.flatMap((finding) => {
      const why = doubted(finding);
      return why === undefined ? [] : [{ ...finding, notes: [...(finding.notes ?? []), `${model} holds it for none: ${why}`] }];
    })];
    const words = [`added ${said.findings.length === 1 ? '1 finding' : `${said.findings.length} findings`}`, `held ${notReal.size} of ${said.judged.length} judged for none`, ...(said.dropped.length === 0 ? [] : [`${said.dropped.length} of its claims left out, since their evidence does not bear them out`])];
    const talk = await talkOf(deps, asked.conversation, redactor, { phase: 'analyze', model, title: `analyze: ${words.join(', ')}`, proposed: 0, value: said, note: said.note });
    return { findings: await deps.artifacts.put('findings', JSON.stringify(kept)), count: kept.length, analysis: await deps.artifacts.put('json', JSON.stringify(both)), talk };
  }));
}

/** Those of its findings that proposers can work on: in a file that git tracks, of a function that has no finding yet. */
async function added(findings: readonly Finding[], claimed: Analysis['findings'], worktree: string): Promise<Finding[]> {
  const known = new Set(findings.map(({ file, function: name }) => placeKey(file, name)));
  const repository = await Repository.open(worktree);
  const trackedFiles = await tracked(worktree);
  const located = await Promise.all(claimed.filter(({ file, function: name }) => !known.has(placeKey(file, name))).map((finding) => locatedFinding(finding, { worktree, trackedFiles, repository })));
  return located.filter((finding) => finding !== null);
}
