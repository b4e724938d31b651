import { join } from 'node:path';
import type { Candidate } from '../../core/candidate.js';
import { filesOfConfig } from '../../core/config/config-files.js';
import type { ModelChoice } from '../../core/config/models.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { Finding } from '../../core/finding.js';
import type { TalkSpend } from '../../core/model-talk.js';
import type { RecipeRefusal } from '../../propose/examine.js';
import { recipeProposer } from '../../propose/recipe-proposer.js';
import { ownRecipes } from '../../propose/recipes/own/load.js';
import { recipeNames } from '../../propose/recipes/registry.js';
import { protectedRules, protectionOf } from '../../workspace/protected-globs.js';
import { withModels, type Asking } from '../asking/asking.js';
import { diffOfEdits } from '../candidate-diff.js';
import type { CliContext } from '../context.js';
import { askAbout } from './ask-about.js';

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
  candidates: (Candidate & { diff: string; /** Of the run that is gone on from: what became of the same change there. */ tried?: string })[];
}

export interface AnswersRequest {
  /** Absolute path of a checkout; only read. */
  root: string;
  config: Config;
  findings: readonly Finding[];
  models: readonly ModelChoice[];
  /** What an earlier run made of a candidate, by its id. */
  tried?: ReadonlyMap<string, string>;
  /** What models wrote down of earlier trials. */
  lessons?: readonly string[];
}

export interface Answers {
  findings: OptimizedFinding[];
  /** Null where no model was asked. */
  spent: TalkSpend | null;
}

/** Judges each finding and proposes changes for it, by recipes and models, without building, testing or measuring anything. */
export async function answersTo(context: CliContext, request: AnswersRequest): Promise<Answers> {
  const { root, config, findings } = request;
  const { only, except, folder } = config.propose;
  const recipes = recipeProposer({ only, except, own: folder === undefined ? [] : await ownRecipes(join(root, folder), recipeNames) });
  const protectedBy = protectionOf(protectedRules(config.target, [], filesOfConfig(config)));
  return withModels(context, { config, verb: 'optimize' }, async (asking) => {
    const answered: OptimizedFinding[] = [];
    const failed = new Set<string>();
    for (const finding of findings) {
      const why = protectedBy(finding.file);
      const answers: Answer[] = [];
      if (why !== undefined) answers.push({ candidates: [], reasons: [`${finding.file} is ${why}, and stays as it is`], real: null });
      else {
        const { candidates, refusals } = await recipes.examine(finding, { worktree: root });
        answers.push({ candidates, reasons: refusals.map(refusalText), real: null });
        for (const model of request.models) if (!failed.has(model.name)) answers.push(await modelAnswer(context, asking, { ...request, finding, model, lessons: request.lessons ?? [], protectedBy }, failed));
      }
      answered.push(await merged(request, finding, answers));
    }
    return { findings: answered, spent: asking.spent() };
  });
}

/** Of a finding, by recipes or a model. */
interface Answer {
  candidates: readonly Candidate[];
  reasons: string[];
  /** What a model says; recipes do not say. */
  real: boolean | null;
}

/** A model that fails costs its own answers, not those of the recipes; it is not asked again, since that would mostly end the same way. */
async function modelAnswer(context: CliContext, asking: Asking, question: Parameters<typeof askAbout>[2], failed: Set<string>): Promise<Answer> {
  try {
    return await askAbout(context, asking, question);
  } catch (error) {
    // Before the first answer there is nothing to lose: the person learns at once what to mend.
    if ((asking.spent()?.calls ?? 0) === 0 || !(error instanceof PerfloopError) || error.code === 'PL_INTERRUPTED') throw error;
    failed.add(question.model.name);
    return { candidates: [], reasons: [`${question.model.name} was asked no further: ${asking.redactor.text(error.message)} (${error.code})`], real: null };
  }
}

function refusalText({ recipe, file, line, reason }: RecipeRefusal): string {
  return `${recipe}, ${file}:${line}: ${reason}`;
}

async function merged({ root, tried }: AnswersRequest, finding: Finding, answers: readonly Answer[]): Promise<OptimizedFinding> {
  const candidates: OptimizedFinding['candidates'] = [];
  for (const candidate of answers.flatMap((answer) => answer.candidates)) {
    if (candidate.change.kind !== 'edits' || candidates.some(({ id }) => id === candidate.id)) continue;
    const before = tried?.get(candidate.id);
    candidates.push({ ...candidate, diff: await diffOfEdits(root, candidate.change.edits), ...(before === undefined ? {} : { tried: before }) });
  }
  const reasons = answers.flatMap((answer) => answer.reasons);
  const turnedDown = answers.some(({ real }) => real === false) || answers[0]?.reasons.length !== 0;
  const { id, category, file, function: name, line, title = `${category} in ${name}` } = finding;
  return { id, title, category, file, function: name, line, answer: candidates.length > 0 ? 'patched' : turnedDown ? 'turned-down' : 'nothing', reasons, candidates };
}

/** Of the candidates of a finding those to be applied: the one with all changes together where there is one, else each of them. */
export function best(candidates: OptimizedFinding['candidates']): OptimizedFinding['candidates'] {
  const together = candidates.filter(({ recipe }) => recipe?.includes('+') === true);
  return together.length > 0 ? together : candidates;
}
