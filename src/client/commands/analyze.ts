import type { Command } from 'commander';
import { exitCodes, PerfloopError } from '../../core/errors.js';
import type { Severity } from '../../core/finding.js';
import type { Half } from '../../propose/exam/load-cases.js';
import type { AnalysisForm } from '../analysis-output.js';
import { emit, type CliContext } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs that turn profiles into findings. */
export function declareAnalyzeVerbs(program: Command, finish: Finish): void {
  declareVerb<{ repo?: string; config?: string; provider?: string; failOn?: Severity; md?: boolean; html?: boolean; sarif?: boolean; out?: string; list?: boolean }>(program, finish, {
    usage: 'analyze [profile]',
    summary: 'what costs time in a profile, where in the repository, and what could be saved: by rules, and by a model where one is named',
    details: 'Without a profile: a run of only the steps profile and analyze, on the target in the working directory (or --repo) by its perfloop.toml. A rule that cannot judge, because that was not captured, abstains and says so. With --provider, a model of perfloop.toml judges what the rules found and looks for more with the same tools; what its evidence does not bear out is left out, and nothing of it counts for --fail-on. Exits with 0 whether there are findings or not, unless --fail-on is given.',
    options: [
      ['--repo <dir>', 'the profiled program\'s sources, in which findings are located'],
      ['--provider <name>', 'of a profile that is given: ask [models.NAME] of the config too'],
      ['--config <file>', 'the config (default: perfloop.toml of --repo, else of the working directory)'],
      ['--md', 'as Markdown'],
      ['--html', 'as a page with the timeline, of a profile that is given'],
      ['--sarif', 'as SARIF 2.1.0, for code scanning'],
      ['-o, --out <file>', 'to a file in place of stdout'],
      ['--list', 'every rule: what it looks for, what it reads, its thresholds'],
      ['--fail-on <severity>', 'exit with 3 when a finding is that severe or more', ['low', 'medium', 'high']],
    ],
    examples: ['perfloop analyze profile.sqlite --repo .', 'perfloop analyze trace.json.gz --repo ~/src/train --json', 'perfloop analyze bench.cpuprofile --repo . --sarif --out perfloop.sarif', 'perfloop analyze profile.sqlite --repo . --provider sonnet', 'perfloop analyze'],
    async action(context, { repo, config, provider, failOn, out, list = false, ...forms }, profile) {
      const { analyze, isSevere, ruleList } = await import('../verbs/analyze.js');
      const { tellAnalysis } = await import('../analysis-output.js');
      const form = formOf(context, forms);
      if (list) {
        const { printRules } = await import('../print/rules.js');
        if (form === 'md') context.stdout.write((await import('../../report/analysis/rules-table.js')).rulesMarkdown());
        else emit(context, ruleList(), printRules);
        return exitCodes.ok;
      }
      if (profile === undefined) {
        if (form === 'html') throw new PerfloopError('PL_USAGE', 'A page is of a profile.', { where: '--html', fix: 'Name the profile: perfloop analyze profile.sqlite --html --out page.html' });
        if (provider !== undefined) throw new PerfloopError('PL_USAGE', 'A run takes its models from its config.', { where: '--provider', fix: 'Name a profile; or write `model` under [phases.analyze] of perfloop.toml.' });
        // Only a run needs Temporal, whose client takes longer to load than rules take.
        const { analyzeTarget } = await import('../verbs/phases.js');
        const phase = await analyzeTarget({ ...context, stdoutIsTaken: true }, { dir: repo ?? '.', ...(config === undefined ? {} : { config }) });
        if (phase.kind === 'ended') return (await import('../outcome.js')).reportOutcome(context, phase.watched);
        await tellAnalysis(context, { analysis: phase.result, form, out, repo: repo ?? '.' });
        return failOn !== undefined && isSevere(phase.result, failOn) ? exitCodes.rejected : exitCodes.ok;
      }
      const { analysis: byRules, database } = await analyze(context, { profile, ...(repo === undefined ? {} : { repo }) });
      const analysis = provider === undefined ? byRules : await (await import('../analyze-by-model.js')).analyzeByModel(context, { analysis: byRules, database, repo, config, provider });
      await tellAnalysis(context, { analysis, form, out, repo, database });
      return failOn !== undefined && isSevere(analysis, failOn) ? exitCodes.rejected : exitCodes.ok;
    },
  });

  declareVerb<{ config?: string }>(program, finish, {
    usage: 'warmup [dir]',
    summary: 'only the first phase of a run: build and test the base, survey the repository, measure its noise, say what a run will cost',
    options: [['--config <file>', 'the config (default: perfloop.toml of the folder)']],
    examples: ['perfloop warmup', 'perfloop warmup ~/src/service --json'],
    async action(context, flags, dir = '.') {
      const { warmupTarget } = await import('../verbs/phases.js');
      const { printWarmup } = await import('../print/warmup.js');
      const phase = await warmupTarget(context, { dir, ...flags });
      if (phase.kind === 'ended') return (await import('../outcome.js')).reportOutcome(context, phase.watched);
      emit(context, phase.result, printWarmup);
      return exitCodes.ok;
    },
  });

  declareVerb<{ half?: Half; md?: boolean; python?: string }>(program, finish, {
    usage: 'bench <what>',
    summary: 'measure perfloop itself; analyze: findings on cases whose cause is known; optimize: patches of the offline recipes for given findings',
    details: 'analyze: each case is a small program with one thing that makes it slow, and a profile of it: made by a real profiler (V8, cProfile), or simulated as an export of nsys; exits with 3 when a cause was missed. optimize: each case is a small PyTorch program with findings, of which some are false; a patch counts as right when the cause is gone, it is small, and the program behaves the same on the CPU; exits with 3 when a patch was wrong or a false finding was patched.',
    options: [
      ['--half <half>', 'optimize: only the programs that recipes are developed on, or only those held out', ['development', 'held-out']],
      ['--md', 'optimize: as Markdown'],
      ['--python <command>', 'optimize: the Python that has torch (default: python3, else /usr/bin/python3)'],
    ],
    examples: ['perfloop bench analyze', 'perfloop bench analyze --json', 'perfloop bench optimize', 'perfloop bench optimize --half development --json'],
    async action(context, { half, md = false, python }, what = '') {
      if (what === 'optimize') {
        const { benchOptimization } = await import('../verbs/bench-optimize.js');
        const { benchOptimizationMarkdown, printBenchOptimization } = await import('../print/bench-optimize.js');
        const form = formOf(context, { md });
        const result = await benchOptimization(context, { half, python });
        if (form === 'md') context.stdout.write(benchOptimizationMarkdown(result));
        else emit(context, result, printBenchOptimization);
        return result.halves.some(({ sum }) => sum.wrong + sum.falsePatched > 0) ? exitCodes.rejected : exitCodes.ok;
      }
      if (what !== 'analyze') throw new PerfloopError('PL_NO_SUCH_BENCH', `There is no benchmark ${what}.`, { where: what, fix: 'perfloop bench analyze, perfloop bench optimize' });
      const { benchAnalysis } = await import('../verbs/bench-analyze.js');
      const { printBenchAnalysis } = await import('../print/bench-analyze.js');
      const result = await benchAnalysis(context);
      emit(context, result, printBenchAnalysis);
      return result.missed > 0 ? exitCodes.rejected : exitCodes.ok;
    },
  });
}

/** The one form that was asked for. Throws PL_USAGE for several. */
function formOf({ json }: CliContext, { md = false, html = false, sarif = false }: { md?: boolean; html?: boolean; sarif?: boolean }): AnalysisForm {
  const asked = Object.entries({ json, md, html, sarif }).filter(([, wanted]) => wanted).map(([form]) => form as AnalysisForm);
  if (asked.length > 1) throw new PerfloopError('PL_USAGE', 'Only one form can be printed.', { where: asked.map((form) => `--${form}`).join(', '), fix: 'Leave out all but one of them.' });
  return asked[0] ?? 'words';
}
