import type { Command } from 'commander';
import { emit } from '../context.js';
import { declareVerb, duration, positiveInteger, type Finish } from './declare.js';

/** The verbs that show, and use, what came out. */
export function declareResultVerbs(program: Command, finish: Finish): void {
  declareVerb<{ limit?: number; target?: string }>(program, finish, {
    usage: 'runs',
    summary: 'list the runs of this home, newest first',
    options: [['-n, --limit <n>', 'how many (default: 20)', positiveInteger], ['--target <name>', 'only of this target']],
    examples: ['perfloop runs', 'perfloop runs --target zlib --json'],
    async action(context, { limit = 20, target }) {
      const { runs } = await import('../verbs/runs.js');
      const { printRuns } = await import('../print/runs.js');
      emit(context, await runs(context, { limit, ...(target === undefined ? {} : { target }) }), printRuns);
      return 0;
    },
  });

  declareVerb<{ target?: string; fleet?: string; since?: number }>(program, finish, {
    usage: 'stats',
    summary: 'key figures of targets and fleets: trials, acceptance, gain, cost, phases, errors, availability',
    options: [['--target <name>', 'only of this target'], ['--fleet <name>', 'only of this fleet'], ['--since <duration>', 'how far back, such as 12h or 90d (default: 30d)', duration]],
    examples: ['perfloop stats', 'perfloop stats --target zlib --since 90d --json'],
    async action(context, { target, fleet, since = 30 * 86_400_000 }) {
      const { stats } = await import('../verbs/stats.js');
      const { printStats } = await import('../print/stats.js');
      emit(context, stats(context, { sinceMs: since, ...(target === undefined ? {} : { target }), ...(fleet === undefined ? {} : { fleet }) }, Date.now()), printStats);
      return 0;
    },
  });

  declareVerb<{ why?: true }>(program, finish, {
    usage: 'show <run>',
    summary: 'show a run: what was found, each trial with its verdict and reasons, decisions',
    options: [['--why', 'why each round tried what it tried, in that order']],
    examples: ['perfloop show r-k3v7', 'perfloop show r-k3v7 --why', 'perfloop show r-k3v7 --json'],
    async action(context, { why }, run = '') {
      const { show } = await import('../verbs/show.js');
      if (why === true) {
        const { chosenIn } = await import('../chosen-in.js');
        const { printWhy } = await import('../print/why.js');
        const { status } = await show(context, run);
        const choices = await chosenIn(context.home, status);
        if (context.json) emit(context, { run: status.run, choices }, () => '');
        else emit(context, { status, choices }, printWhy);
        return 0;
      }
      const { printShow } = await import('../print/show.js');
      const shown = await show(context, run);
      if (context.json) emit(context, { ...shown.status, branch: shown.branch, found: shown.found }, () => '');
      else emit(context, shown, printShow);
      return 0;
    },
  });

  declareVerb(program, finish, {
    usage: 'verdict <trial>',
    summary: 'compute a verdict again from its stored samples, and show how it came about',
    details: 'A trial as RUN/TRIAL, or a run or judgement alone for every trial of it. Reads this home only: no server is asked. Exits with 0 where the samples bear out what is on record, 6 where they do not, 2 where they are gone.',
    examples: ['perfloop verdict j-k3v7', 'perfloop verdict r-k3v7/r1-3 --json'],
    async action(context, _flags, trial = '') {
      const { verdict } = await import('../verbs/verdict.js');
      const { printVerdictCheck } = await import('../print/verdict-check.js');
      const { exitCodes } = await import('../../core/errors.js');
      const checked = await verdict(context, trial);
      emit(context, checked, printVerdictCheck);
      if (checked.agrees) return exitCodes.ok;
      return [...checked.trials, ...(checked.final === null ? [] : [checked.final])].some(({ agreement }) => agreement === 'differs') ? exitCodes.differs : exitCodes.refused;
    },
  });

  declareVerb<{ model?: string; config?: string }>(program, finish, {
    usage: 'learn <run>',
    summary: 'write down what the trials of a run taught; with a model, lessons of its own',
    details: 'For a run that has ended. The lessons of the trials themselves are there after each round; this brings in what is missing. With --model, or `model` under [phases.learn] of the config, a model reads the trials with their changes and verdicts and writes lessons, each with the trials that show it. Later prompts have them.',
    options: [
      ['--model <name>', 'ask [models.NAME] of the config'],
      ['--config <file>', 'the config (default: perfloop.toml of the repository that the run was started in)'],
    ],
    examples: ['perfloop learn r-k3v7 --model sonnet', 'perfloop learn r-k3v7 --json'],
    async action(context, flags, run = '') {
      const { learn } = await import('../verbs/learn.js');
      const { printLearned } = await import('../print/learn.js');
      emit(context, await learn(context, { run, ...flags }), printLearned);
      return 0;
    },
  });

  declareVerb<{ undo?: true; trial?: string[]; comment?: string }>(program, finish, {
    usage: 'rollback <run>',
    summary: 'take back what a run accepted: later runs of its fleet do not carry it on, and apply leaves it out',
    details: 'Without --trial, all that the run was the first to accept. Your repository is not touched: what you merged there stays. Who did it, when and why is kept. `[alerts]` of a fleet does the same by itself where a phase says action = "roll_back".',
    options: [['--undo', 'give it back'], ['--trial <id...>', 'only these trials, such as r1-3'], ['--comment <text>', 'why; kept with who and when']],
    examples: ["perfloop rollback r-k3v7 --comment 'the build takes an hour'", 'perfloop rollback r-k3v7 --trial r1-3', 'perfloop rollback r-k3v7 --undo --json'],
    async action(context, { undo = false, trial = [], comment = '' }, run = '') {
      const { rollBack } = await import('../verbs/rollback.js');
      const { printRollback } = await import('../print/rollback.js');
      emit(context, await rollBack(context, { run, trials: trial, undo, why: comment }), printRollback);
      return 0;
    },
  });

  declareVerb<{ repo?: string; merge?: boolean }>(program, finish, {
    usage: 'apply <run>',
    summary: 'bring the result branch of a run into your repository',
    details: 'Fetches the branch perfloop/<run>, and changes nothing else unless --merge is given. Refuses on a dirty tree.',
    options: [['--repo <dir>', 'the repository (default: where the run was started)'], ['--merge', 'bring its commits onto the branch that is checked out, too']],
    examples: ['perfloop apply r-k3v7', 'perfloop apply r-k3v7 --merge'],
    async action(context, { repo, merge = false }, run = '') {
      const { apply } = await import('../verbs/apply.js');
      const { printApplied } = await import('../print/applied.js');
      emit(context, await apply(context, { run, merge, ...(repo === undefined ? {} : { repo }) }), printApplied);
      return 0;
    },
  });

  declareVerb<{ open?: boolean; out?: string }>(program, finish, {
    usage: 'report <run>',
    summary: 'write the report of a run: one HTML file and a Markdown summary',
    options: [['--open', 'show it in the browser'], ['--out <dir>', 'where to write it (default: in the home)']],
    examples: ['perfloop report r-k3v7 --open'],
    async action(context, { open = false, out }, run = '') {
      const { report } = await import('../verbs/report.js');
      const { printReport } = await import('../print/report.js');
      emit(context, await report(context, { run, open, ...(out === undefined ? {} : { out }) }), printReport);
      return 0;
    },
  });

  const wiki = program.command('wiki').summary('what earlier trials taught').description('what earlier trials taught');
  declareVerb<{ limit?: number }>(wiki, finish, {
    usage: 'search <text...>',
    summary: 'search the lessons of earlier trials',
    options: [['-n, --limit <n>', 'how many (default: 10)', positiveInteger]],
    examples: ['perfloop wiki search regex in a loop'],
    async action(context, { limit = 10 }, ...words) {
      const { wikiSearch } = await import('../verbs/wiki-search.js');
      const { printLessons } = await import('../print/wiki.js');
      emit(context, wikiSearch(context, { text: words.join(' '), limit }), printLessons);
      return 0;
    },
  });
}
