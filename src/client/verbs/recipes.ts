import { resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import type { Candidate } from '../../core/candidate.js';
import { PerfloopError } from '../../core/errors.js';
import type { RecipeRefusal } from '../../propose/examine.js';
import { ownRecipes } from '../../propose/recipes/own/load.js';
import type { Recipe, RecipeInfo } from '../../propose/recipes/recipe.js';
import { recipeNames, recipes } from '../../propose/recipes/registry.js';
import { tryRecipe } from '../../propose/try-recipe.js';
import { openSourceTree } from '../../scan/source-tree.js';
import { note, type CliContext } from '../context.js';
import { diffOfEdits } from '../candidate-diff.js';

export type ShownRecipe = RecipeInfo & { family: Recipe['family'] };

/** All recipes: perfloop's, and those of a folder. */
async function allRecipes(context: CliContext, folder: string | undefined): Promise<Recipe[]> {
  return [...recipes, ...(folder === undefined ? [] : await ownRecipes(resolve(context.cwd, folder), recipeNames))];
}

export async function recipeList(context: CliContext, { folder }: { folder?: string }): Promise<ShownRecipe[]> {
  return (await allRecipes(context, folder)).map(shown);
}

/** All but what it does to a tree. */
function shown(recipe: Recipe): ShownRecipe {
  return Object.fromEntries(Object.entries(recipe).filter(([key]) => key !== 'apply')) as unknown as ShownRecipe;
}

async function recipeNamed(context: CliContext, name: string, folder: string | undefined): Promise<Recipe> {
  const all = await allRecipes(context, folder);
  const found = all.find((recipe) => recipe.name === name);
  if (found !== undefined) return found;
  throw new PerfloopError('PL_RECIPE_UNKNOWN', `There is no recipe ${name}.`, { where: name, fix: `Did you mean ${closest(name, all.map((recipe) => recipe.name))}? See \`perfloop recipes list\`.` });
}

export async function recipeShow(context: CliContext, { name, folder }: { name: string; folder?: string }): Promise<ShownRecipe> {
  return shown(await recipeNamed(context, name, folder));
}

/** Says every few seconds how far it is, since a large repository takes minutes. */
function progress(context: CliContext): (done: number, of: number) => void {
  let said = Date.now();
  return (done, of) => {
    if (Date.now() - said < 5000) return;
    said = Date.now();
    note(context, `looked at ${done} of ${of} files`);
  };
}

export interface TriedRecipe {
  recipe: string;
  repository: string;
  functions: number;
  files: number;
  candidates: (Omit<Candidate, 'change'> & { diff: string })[];
  refusals: RecipeRefusal[];
  notes: string[];
}

/** What a recipe would change in a repository, were a profile to point at every function of it. Nothing is built, tested, measured or written. */
export async function recipeTry(context: CliContext, { name, repo, folder }: { name: string; repo: string; folder?: string }): Promise<TriedRecipe> {
  const recipe = await recipeNamed(context, name, folder);
  const tree = await openSourceTree(resolve(context.cwd, repo));
  const { candidates, ...tried } = tryRecipe({ recipe, root: tree.root, paths: tree.files.map(({ path }) => path), read: (path) => tree.text(path), onFile: progress(context) });
  const withDiffs: TriedRecipe['candidates'] = [];
  for (const { change, ...candidate } of candidates) withDiffs.push({ ...candidate, diff: change.kind === 'edits' ? await diffOfEdits(tree.root, change.edits) : '' });
  return { recipe: recipe.name, repository: tree.root, ...tried, candidates: withDiffs };
}
