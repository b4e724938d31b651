import type { Candidate, CandidateRef } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { rankCandidates } from '../core/ranking.js';
import type { HostActivities } from '../core/run/contracts.js';
import { recipeProposer } from '../propose/recipe-proposer.js';
import { withoutGrammar } from '../propose/source/parse.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { scriptCandidates } from './script.js';

/** Candidates of every proposer that the config allows, ranked. */
export function proposeActivity(deps: Dependencies): HostActivities['propose'] {
  return activity(async (input, attempt) => {
    const { config, worktree, findings: findingsRef, delta, priors, tried, limit } = input;
    const { path } = await worktreeOf(deps, worktree);
    // A benchmark or a test can be hot, and stays as it is.
    const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, input.target), input.target, config));
    const findings = (await deps.artifacts.getJson<Finding[]>(findingsRef)).filter(({ file }) => protectedBy(file) === undefined);
    const candidates: Candidate[] = (await Promise.all((input.proposals ?? []).map((ref) => deps.artifacts.getJson<Candidate[]>(ref)))).flat();
    if (config.propose.script !== undefined) candidates.push(...(await scriptCandidates(deps, input, findings, attempt)));
    if (config.propose.recipes) {
      const proposer = recipeProposer({ only: config.propose.only, except: config.propose.except });
      for (const finding of findings) candidates.push(...(await proposer.propose(finding, { worktree: path })));
    }
    const known = new Set(tried);
    const fresh = candidates.filter((candidate) => !known.has(candidate.id));
    const { ranked, hopeless } = rankCandidates({ candidates: fresh, priors, delta, limit });
    return {
      ranked: await Promise.all(ranked.map(({ candidate, expected }) => refOf(deps, candidate, expected))),
      hopeless: [...hopeless.map(({ candidate, why }) => ({ title: `${candidate.title} (${candidate.file}:${candidate.line})`, why })), ...unread(config.propose.recipes ? findings : [])],
    };
  });
}

/** Findings in files that no recipe can read here, each language once. */
function unread(findings: readonly Finding[]): { title: string; why: string }[] {
  const first = new Map<string, string>();
  for (const { file } of findings) {
    const why = withoutGrammar(file);
    if (why !== null && !first.has(why)) first.set(why, file);
  }
  return [...first].map(([why, file]) => ({ title: `recipes for ${file}`, why }));
}

async function refOf(deps: Dependencies, candidate: Candidate, expected: number): Promise<CandidateRef> {
  const { change: _change, rationale: _rationale, ...summary } = candidate;
  return { ...summary, expected, patch: await deps.artifacts.put('candidates', JSON.stringify(candidate)) };
}
