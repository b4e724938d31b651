import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { benchmarksText } from '../core/config/benchmarks.js';
import type { Candidate, CandidateRef } from '../core/candidate.js';
import { choiceRecord, placed } from '../core/choice/choice-record.js';
import { choose } from '../core/choice/choose.js';
import type { KnownOfTarget } from '../core/choice/record.js';
import type { Finding } from '../core/finding.js';
import type { HostActivities } from '../core/run/contracts.js';
import { recipeNames } from '../propose/recipes/registry.js';
import { ownRecipes } from '../propose/recipes/own/load.js';
import { recipeProposer } from '../propose/recipe-proposer.js';
import { withoutGrammar } from '../propose/source/parse.js';
import { surroundingLines, surroundingsOf } from '../propose/surroundings.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, withHostLock, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { protectedNotes, type KeptFile } from './propose-notes.js';
import { scriptCandidates } from './script.js';

type Input = Parameters<HostActivities['propose']>[0];

/** Candidates of every proposer that the config allows, in the order in which they are to be tried. */
export function proposeActivity(deps: Dependencies): HostActivities['propose'] {
  return activity(async (input, attempt) => {
    const { config, delta, tried, limit, hardware, trialSeconds } = input;
    const known = input.known === undefined ? null : await deps.artifacts.getJson<KnownOfTarget>(input.known);
    const done = new Set(tried);
    const { findings, kept } = await findingsByProtection(deps, input);
    const candidates = await withSurroundings(deps, input, (await withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async () => proposed(deps, input, findings, attempt))).filter((candidate) => !done.has(candidate.id)));
    const asked = { candidates, records: known?.records ?? [], refused: config.propose.retry_refused ? [] : (known?.refused ?? []), hardware, delta, limit, trialSeconds, seed: config.propose.seed ?? randomBytes(8).toString('hex') };
    const choice = choose(asked);
    return {
      ranked: await Promise.all(choice.chosen.map(({ candidate, expected }) => refOf(deps, candidate, expected))),
      hopeless: [...choice.hopeless.map(({ candidate, why }) => ({ title: placed(candidate), why })), ...unread(config.propose.recipes ? findings : []), ...(candidates.length === 0 && findings.length === 0 ? protectedNotes(kept) : [])],
      choice: await deps.artifacts.put('json', JSON.stringify(choiceRecord(input.round, asked, choice))),
    };
  });
}

/** A benchmark or a test can be hot, and stays as it is: `kept`. */
async function findingsByProtection(deps: Dependencies, { target, config, findings }: Input): Promise<{ findings: Finding[]; kept: KeptFile[] }> {
  if (findings === undefined) return { findings: [], kept: [] };
  const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, target), target, config));
  const editable: Finding[] = [];
  const kept: KeptFile[] = [];
  for (const finding of await deps.artifacts.getJson<Finding[]>(findings)) {
    const protection = protectedBy(finding.file);
    if (protection === undefined) editable.push(finding);
    else kept.push({ file: finding.file, protection });
  }
  return { findings: editable, kept };
}

async function proposed(deps: Dependencies, input: Input, findings: readonly Finding[], attempt: Attempt): Promise<Candidate[]> {
  const { config, worktree, proposals = [] } = input;
  const { path } = await worktreeOf(deps, worktree);
  const candidates = (await Promise.all(proposals.map((ref) => deps.artifacts.getJson<Candidate[]>(ref)))).flat();
  if (config.propose.script !== undefined) candidates.push(...(await scriptCandidates(deps, input, findings, attempt)));
  if (config.propose.recipes) {
    const { only, except, folder } = config.propose;
    const own = folder === undefined ? [] : await ownRecipes(join(path, folder), recipeNames);
    const proposer = recipeProposer({ only, except, own });
    candidates.push(...(await proposer.proposeAll(findings, { worktree: path })));
  }
  return candidates;
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

/** The candidates with what tells whether their place and their measure are still the same. */
export async function withSurroundings(deps: Dependencies, { target, config, champion, worktree, hardware }: Pick<Input, 'target' | 'config' | 'champion' | 'worktree' | 'hardware'>, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const { path } = await worktreeOf(deps, worktree);
  const repository = await repositoryOf(deps, target);
  const request = {
    worktree: path,
    measuredBy: JSON.stringify([benchmarksText(config), config.verdict.min_gain, hardware]),
    diff: (commit: string) => repository.diff(champion.commit, commit, surroundingLines),
  };
  return Promise.all(candidates.map(async (candidate) => ({ ...candidate, surroundings: await surroundingsOf(candidate.change, request) })));
}

/** The candidate in the store. `expected`: natural-log gain. */
export async function refOf(deps: Dependencies, candidate: Candidate, expected: number): Promise<CandidateRef> {
  const { change: _change, rationale: _rationale, ...summary } = candidate;
  return { ...summary, expected, patch: await deps.artifacts.put('candidates', JSON.stringify(candidate)) };
}
