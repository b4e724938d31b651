import type { SgNode } from '@ast-grep/napi';
import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { JsFunction } from './javascript/function.js';
import { withSafeStarts } from './javascript/regions.js';
import { nativeFunction, nativeAnswers, type NativeHotFunction } from './native/dispatch.js';
import { PyFunction } from './python/function.js';
import { fitsEvidence } from './recipes/evidence.js';
import type { OwnRecipe } from './recipes/own/own-recipe.js';
import { isRewrite, type Answer, type Recipe, type Refusal } from './recipes/recipe.js';
import { offersToCandidate, type Offer } from './offers.js';
import { overlaps } from './span-edits.js';
import type { SourceFile } from './source/file.js';
import { locateFunction } from './source/locate.js';
import { isNative, syntaxErrors, type Dialect } from './source/parse.js';
import { TorchProgram } from './torch/program.js';
import type { Sources } from './torch/sources.js';

/** A recipe that found something like its case in the code of a finding, and why it leaves it alone. */
export interface RecipeRefusal extends Refusal {
  recipe: string;
  file: string;
}

export interface Examination {
  /** One for each rewrite, and one with all of them that may be together. */
  candidates: Candidate[];
  refusals: RecipeRefusal[];
}

/** What recipes have to say to a finding; pure but for reading `sources`. */
export function examineFinding(input: { file: SourceFile; finding: Finding; chosen: readonly Recipe[]; sources: Sources }): Examination {
  const { file, finding, sources } = input;
  const chosen = input.chosen.filter((recipe) => fitsEvidence(recipe.evidence, finding));
  const answers = [...answersOfFunction(file, finding, chosen, sources), ...answersOfProgram(file, finding, chosen, sources)];
  const offers = answers.flatMap(({ recipe, answer }): Offer[] => (isRewrite(answer) ? [{ recipe, rewrite: answer }] : []));
  const refusals = answers.flatMap(({ recipe, answer }) => (isRewrite(answer) ? [] : [{ recipe: recipe.name, file: finding.file, ...answer }]));
  const together = combined(offers);
  const groups = [...offers.map((offer) => [offer]), ...(together.length > 1 ? [together] : [])];
  return { candidates: groups.flatMap((group) => offersToCandidate({ file, finding, offers: group, sources }) ?? []), refusals };
}

interface RecipeAnswer {
  recipe: Recipe;
  answer: Answer;
}

/** Of the recipes that look at one function. */
function answersOfFunction(file: SourceFile, finding: Finding, chosen: readonly Recipe[], sources: Sources): RecipeAnswer[] {
  const family = familyOf(file.dialect);
  const fitting = chosen.filter((recipe) => (recipe.family === 'own' ? recipe.dialects.includes(file.dialect) : recipe.family === family));
  const node = fitting.length === 0 ? null : locateFunction(file.root, file.dialect, finding.function, finding.line);
  if (node === null || syntaxErrors(node, file.dialect) > 0) return [];
  let fn: HotFunction | null = null;
  return fitting.flatMap((recipe) => (recipe.family === 'own' ? recipe.apply(node) : answersOf(recipe, (fn ??= functionOf(file, node, { path: finding.file, sources })))).map((answer) => ({ recipe, answer })));
}

type HotFunction = JsFunction | PyFunction | NativeHotFunction;

function familyOf(dialect: Dialect): HotFunction['family'] {
  return isNative(dialect) || dialect === 'python' ? dialect : 'javascript';
}

function functionOf(file: SourceFile, node: SgNode, around: { path: string; sources: Sources }): HotFunction {
  if (isNative(file.dialect)) return nativeFunction(file.dialect, file, node, around);
  return file.dialect === 'python' ? new PyFunction(file, node) : new JsFunction(file, node);
}

function answersOf(recipe: Exclude<Recipe, OwnRecipe>, fn: HotFunction): Answer[] {
  if (recipe.family === 'javascript') {
    return fn.family === 'javascript' ? recipe.apply(fn).map((rewrite) => ({ ...rewrite, edits: withSafeStarts(fn, rewrite.edits) })) : [];
  }
  if (recipe.family === 'python') return fn.family === 'python' ? recipe.apply(fn) : [];
  return recipe.family === 'torch' || fn.family === 'javascript' || fn.family === 'python' ? [] : nativeAnswers(recipe, fn);
}

/** Of the recipes that look at a whole program. */
function answersOfProgram(file: SourceFile, finding: Finding, chosen: readonly Recipe[], sources: Sources): RecipeAnswer[] {
  const fitting = chosen.filter((recipe) => recipe.family === 'torch');
  if (fitting.length === 0 || file.dialect !== 'python' || file.syntaxErrors > 0) return [];
  const program = new TorchProgram(finding, file, sources);
  // Nothing here is of PyTorch where no file around imports it.
  if (!program.modules.some((module) => module.imports.some(({ path }) => path === 'torch' || path.startsWith('torch.')))) return [];
  return fitting.flatMap((recipe) => (recipe.family === 'torch' ? recipe.apply(program).map((answer) => ({ recipe, answer })) : []));
}

/** As many of the offers as do not touch the same text, the earlier ones first. What a person has to agree to stays alone. */
function combined(offers: readonly Offer[]): Offer[] {
  const taken: Offer[] = [];
  for (const offer of offers) {
    const { changesResults } = offer.recipe;
    if (changesResults === 'precision' || changesResults === 'logging' || changesResults === 'randomness') continue;
    if (offer.rewrite.alternative !== undefined && taken.some((other) => other.rewrite.alternative === offer.rewrite.alternative)) continue;
    const byFile = (edits: Offer[]): boolean => [...new Set(edits.flatMap(({ rewrite }) => rewrite.edits.map((edit) => edit.file)))].some((file) => overlaps(edits.flatMap(({ rewrite }) => rewrite.edits.filter((edit) => edit.file === file))));
    if (!byFile([...taken, offer])) taken.push(offer);
  }
  return taken;
}
