import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

const folderOption = ['--folder <dir>', 'recipes of your own besides: rules of ast-grep with a fix'] as const;

/** The verbs about proposals: what recipes there are, and what would be proposed, without measuring. */
export function declareProposalVerbs(program: Command, finish: Finish): void {
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

  declareVerb<{ findings?: string; repo?: string; model?: string[]; apply?: string }>(program, finish, {
    usage: 'optimize',
    summary: 'judge findings and propose changes for them, without measuring',
    details: 'Reads what `perfloop analyze --json` writes. Each finding is answered by the recipes, and by the models that --model names: changes as diffs, or why it is left alone. Nothing is built, tested or measured, and the repository is only read.',
    options: [
      ['--findings <file>', 'the findings, JSON'],
      ['--repo <dir>', 'the repository (default: the working directory)'],
      ['--model <name>', 'ask [models.NAME] of perfloop.toml too; repeatable', (name, earlier) => [...((earlier as string[] | undefined) ?? []), name]],
      ['--apply <dir>', 'clone the repository to a new folder and commit each change there'],
    ],
    examples: ['perfloop analyze profile.sqlite --repo . --json > findings.json && perfloop optimize --findings findings.json --repo .', 'perfloop optimize --findings findings.json --model sonnet --apply ../patched --json'],
    async action(context, { findings, repo = '.', model = [], apply }) {
      if (findings === undefined) throw new PerfloopError('PL_USAGE', 'There are no findings to work on.', { where: 'perfloop optimize', fix: 'Name them: perfloop optimize --findings findings.json; `perfloop analyze PROFILE --repo DIR --json` writes them.' });
      const { optimize } = await import('../verbs/optimize.js');
      const { printOptimized } = await import('../print/optimize.js');
      emit(context, await optimize(context, { findings, repo, models: model, ...(apply === undefined ? {} : { apply }) }), printOptimized);
      return 0;
    },
  });
}
