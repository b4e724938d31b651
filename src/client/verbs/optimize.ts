import { join, resolve } from 'node:path';
import type { Candidate } from '../../core/candidate.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Finding } from '../../core/finding.js';
import type { RecipeRefusal } from '../../propose/examine.js';
import { recipeProposer } from '../../propose/recipe-proposer.js';
import { ownRecipes } from '../../propose/recipes/own/load.js';
import { recipeNames } from '../../propose/recipes/registry.js';
import { openSourceTree } from '../../scan/source-tree.js';
import { protectedRules, protectionOf } from '../../workspace/protected-globs.js';
import { diffOfEdits } from '../candidate-diff.js';
import type { CliContext } from '../context.js';
import { loadConfig, nearestConfig } from '../load-config.js';
import { askModel } from '../optimize/ask-model.js';
import { applyInClone, type AppliedThere } from '../optimize/apply-in-clone.js';
import { givenFindings } from '../optimize/given-findings.js';

export interface OptimizeOptions {
  findings: string;
  repo: string;
  /** Names of [models.NAME] of the repository's perfloop.toml. */
  models: readonly string[];
  /** A folder that is not there yet. */
  apply?: string;
}

export interface OptimizedFinding {
  id: string;
  title: string;
  category: string;
  file: string;
  function: string;
  line: number;
  /** Whether somebody has a change for it; of the others, whether somebody says that it is none. */
  answer: 'patched' | 'turned-down' | 'nothing';
  /** Why it is left alone, or why a model holds it for real. */
  reasons: string[];
  candidates: (Candidate & { diff: string })[];
}

export interface Optimized {
  repository: string;
  findings: OptimizedFinding[];
  unplaced: string[];
  applied: AppliedThere | null;
}

/** Judges each finding and proposes changes, without building, testing or measuring anything. The repository is only read. */
export async function optimize(context: CliContext, options: OptimizeOptions): Promise<Optimized> {
  const root = (await openSourceTree(resolve(context.cwd, options.repo))).root;
  const config = (await nearestConfig(root)) === null ? defaultConfig() : await loadConfig(context, root, undefined);
  const { findings, unplaced } = await givenFindings(resolve(context.cwd, options.findings), root);
  const { only, except, folder } = config.propose;
  const recipes = recipeProposer({ only, except, own: folder === undefined ? [] : await ownRecipes(join(root, folder), recipeNames) });
  const protectedBy = protectionOf(protectedRules(config.target, []));
  const optimized: OptimizedFinding[] = [];
  for (const finding of findings) {
    const why = protectedBy(finding.file);
    if (why !== undefined) {
      optimized.push(await answered(root, finding, [{ candidates: [], reasons: [`${finding.file} is ${why}, and stays as it is`], real: null }]));
      continue;
    }
    const { candidates, refusals } = await recipes.examine(finding, { worktree: root });
    const answers: Answer[] = [{ candidates, reasons: refusals.map(refusalText), real: null }];
    for (const model of options.models) answers.push(await askModel(context, { config, root, finding, findings, model, protectedBy }));
    optimized.push(await answered(root, finding, answers));
  }
  const changes = optimized.flatMap(({ candidates }) => best(candidates));
  const applied = options.apply === undefined ? null : await applyInClone({ repository: root, folder: resolve(context.cwd, options.apply), changes });
  return { repository: root, findings: optimized, unplaced, applied };
}

/** Of a finding, by recipes or a model. */
interface Answer {
  candidates: readonly Candidate[];
  reasons: string[];
  /** What a model says; recipes do not say. */
  real: boolean | null;
}

function refusalText({ recipe, file, line, reason }: RecipeRefusal): string {
  return `${recipe}, ${file}:${line}: ${reason}`;
}

async function answered(root: string, finding: Finding, answers: readonly Answer[]): Promise<OptimizedFinding> {
  const candidates: OptimizedFinding['candidates'] = [];
  for (const candidate of answers.flatMap((answer) => answer.candidates)) {
    if (candidate.change.kind === 'edits' && !candidates.some(({ id }) => id === candidate.id)) candidates.push({ ...candidate, diff: await diffOfEdits(root, candidate.change.edits) });
  }
  const reasons = answers.flatMap((answer) => answer.reasons);
  const turnedDown = answers.some(({ real }) => real === false) || answers[0]?.reasons.length !== 0;
  const { id, category, file, function: name, line, title = `${category} in ${name}` } = finding;
  return { id, title, category, file, function: name, line, answer: candidates.length > 0 ? 'patched' : turnedDown ? 'turned-down' : 'nothing', reasons, candidates };
}

/** The one with all changes together where there is one, else each of them. */
function best(candidates: OptimizedFinding['candidates']): OptimizedFinding['candidates'] {
  const together = candidates.filter(({ recipe }) => recipe?.includes('+') === true);
  return together.length > 0 ? together : candidates;
}
