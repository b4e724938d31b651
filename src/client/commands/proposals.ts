import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, repeated, type Finish } from './declare.js';

const repoOptions = [
  ['--repo <dir>', 'the repository (default: the working directory)'],
  ['--config <file>', 'the config (default: the nearest perfloop.toml)'],
] as const;

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

  const knobs = program.command('knobs').summary('what can be turned without a change of code: list, show').description('what can be turned without a change of code: list, show');

  declareVerb<{ repo?: string; config?: string }>(knobs, finish, {
    usage: 'list',
    summary: 'flags of the build, options of the runtime, and what [[knobs]] declare, as a repository has them',
    details: 'Reads the files of the repository and the commands of its perfloop.toml. Nothing is built, run or written.',
    options: repoOptions,
    examples: ['perfloop knobs list', 'perfloop knobs list --repo ../other --json'],
    async action(context, { repo = '.', config }) {
      const { knobList } = await import('../verbs/knobs.js');
      const { printKnobs } = await import('../print/knobs.js');
      emit(context, await knobList(context, { repo, config }), printKnobs);
      return 0;
    },
  });

  declareVerb<{ repo?: string; config?: string }>(knobs, finish, {
    usage: 'show <id>',
    summary: 'why a knob could help, and what each setting would change, as diffs',
    options: repoOptions,
    examples: ['perfloop knobs show makefile-optimisation'],
    async action(context, { repo = '.', config }, id = '') {
      const { knobShow } = await import('../verbs/knobs.js');
      const { printKnob } = await import('../print/knobs.js');
      emit(context, await knobShow(context, { id, repo, config }), printKnob);
      return 0;
    },
  });

  declareVerb<{ findings?: string; repo?: string; config?: string; model?: string[]; apply?: string }>(program, finish, {
    usage: 'optimize [run]',
    summary: 'judge findings and propose changes for them, without measuring',
    details: 'Of a run: the findings of its last analysis, for the best commit that it came to, without what it tried already. With --findings: what `perfloop analyze --json` writes. Each finding is answered by the recipes, and by the models that --model names: changes as diffs, or why it is left alone. Nothing is built, tested or measured, and the repository is only read.',
    options: [
      ['--findings <file>', 'the findings, JSON, in place of a run'],
      ['--repo <dir>', 'with --findings: the repository (default: the working directory)'],
      ['--config <file>', 'the config (default: perfloop.toml of the repository; of a run, as it is in its best commit)'],
      ['--model <name>', 'ask [models.NAME] of the config too; repeatable', repeated],
      ['--apply <dir>', 'clone the repository to a new folder and commit each change there'],
    ],
    examples: ['perfloop optimize r-k3v7', 'perfloop optimize r-k3v7 --model sonnet --apply ../patched --json', 'perfloop analyze profile.sqlite --repo . --json > findings.json && perfloop optimize --findings findings.json --repo .'],
    async action(context, { findings, repo, model = [], ...flags }, run) {
      const { optimize, optimizeRun } = await import('../verbs/optimize.js');
      const { printOptimized } = await import('../print/optimize.js');
      if ((run === undefined) === (findings === undefined)) throw new PerfloopError('PL_USAGE', run === undefined ? 'There are no findings to work on.' : 'A run and a file of findings are both named.', { where: 'perfloop optimize', fix: 'Name a run: perfloop optimize r-k3v7. Or a file: perfloop optimize --findings findings.json; `perfloop analyze PROFILE --repo DIR --json` writes it.' });
      if (run !== undefined && repo !== undefined) throw new PerfloopError('PL_USAGE', 'A run knows its repository.', { where: '--repo', fix: 'Leave --repo out.' });
      const options = { models: model, ...flags };
      emit(context, findings === undefined ? await optimizeRun(context, { ...options, run: run ?? '' }) : await optimize(context, { ...options, findings, repo: repo ?? '.' }), printOptimized);
      return 0;
    },
  });
}
