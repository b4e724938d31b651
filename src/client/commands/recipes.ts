import type { Command } from 'commander';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

const folderOption = ['--folder <dir>', 'recipes of your own besides: rules of ast-grep with a fix'] as const;

/** The verbs about recipes: what there is, when it applies, what it would do. */
export function declareRecipeVerbs(program: Command, finish: Finish): void {
  const recipes = program.command('recipes').summary('rewrites that need no key: list, show, try').description('rewrites that need no key: list, show, try');

  declareVerb<{ folder?: string }>(recipes, finish, {
    usage: 'list',
    summary: 'every recipe, and what it does',
    options: [folderOption],
    examples: ['perfloop recipes list', 'perfloop recipes list --folder perf-recipes --json'],
    async action(context, flags) {
      const { recipeList } = await import('../verbs/recipes.js');
      const { printRecipes } = await import('../print/recipes.js');
      emit(context, await recipeList(context, flags), printRecipes);
      return 0;
    },
  });

  declareVerb<{ folder?: string }>(recipes, finish, {
    usage: 'show <name>',
    summary: 'when a recipe applies, why it is sound, what it risks',
    options: [folderOption],
    examples: ['perfloop recipes show set-beside-array'],
    async action(context, flags, name = '') {
      const { recipeShow } = await import('../verbs/recipes.js');
      const { printRecipe } = await import('../print/recipes.js');
      emit(context, await recipeShow(context, { name, ...flags }), printRecipe);
      return 0;
    },
  });

  declareVerb<{ repo?: string; folder?: string }>(recipes, finish, {
    usage: 'try <name>',
    summary: 'what a recipe would change in a repository',
    details: 'As if a profile pointed at every function. Prints the changes, and what the recipe leaves alone with the reason. Nothing is written, built, tested or measured.',
    options: [['--repo <dir>', 'the repository (default: the working directory)'], folderOption],
    examples: ['perfloop recipes try set-beside-array --repo .', 'perfloop recipes try my-rule --folder perf-recipes --repo . --json'],
    async action(context, { repo = '.', ...flags }, name = '') {
      const { recipeTry } = await import('../verbs/recipes.js');
      const { printTried } = await import('../print/recipes.js');
      emit(context, await recipeTry(context, { name, repo, ...flags }), printTried);
      return 0;
    },
  });
}
