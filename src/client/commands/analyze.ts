import type { Command } from 'commander';
import { exitCodes, PerfloopError } from '../../core/errors.js';
import type { Severity } from '../../core/finding.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verb that turns profiles into findings. */
export function declareAnalyzeVerb(program: Command, finish: Finish): void {
  declareVerb<{ repo?: string; failOn?: Severity }>(program, finish, {
    usage: 'analyze [profile]',
    summary: 'what costs time in a profile, where in the repository, and what could be saved: by rules, without a model',
    details: 'A rule that cannot judge, because that was not captured, abstains and says so. Exits with 0 whether there are findings or not, unless --fail-on is given.',
    options: [
      ['--repo <dir>', 'the profiled program\'s sources, in which findings are located'],
      ['--fail-on <severity>', 'exit with 3 when a finding is that severe or more', ['low', 'medium', 'high']],
    ],
    examples: ['perfloop analyze profile.sqlite --repo .', 'perfloop analyze trace.json.gz --repo ~/src/train --json', 'perfloop analyze bench.cpuprofile --repo . --fail-on high'],
    async action(context, { repo, failOn }, profile) {
      const { analyze, isSevere } = await import('../verbs/analyze.js');
      const { printAnalysis } = await import('../print/analyze.js');
      if (profile === undefined) throw new PerfloopError('PL_ANALYZE_PROFILE', 'There is no profile to analyze.', { where: 'perfloop analyze', fix: 'Name it: perfloop analyze profile.sqlite --repo .' });
      const analysis = await analyze(context, { profile, ...(repo === undefined ? {} : { repo }) });
      emit(context, analysis, printAnalysis);
      return failOn !== undefined && isSevere(analysis, failOn) ? exitCodes.rejected : exitCodes.ok;
    },
  });

  declareVerb(program, finish, {
    usage: 'bench <what>',
    summary: 'measure perfloop itself; analyze: findings on cases whose cause is known',
    details: 'Each case is a small program with one thing that makes it slow, and a profile of it: made by a real profiler (V8, cProfile), or simulated as an export of nsys. Exits with 3 when a cause was missed.',
    examples: ['perfloop bench analyze', 'perfloop bench analyze --json'],
    async action(context, _flags, what = '') {
      if (what !== 'analyze') throw new PerfloopError('PL_NO_SUCH_BENCH', `There is no benchmark ${what}.`, { where: what, fix: 'perfloop bench analyze' });
      const { benchAnalysis } = await import('../verbs/bench-analyze.js');
      const { printBenchAnalysis } = await import('../print/bench-analyze.js');
      const result = await benchAnalysis(context);
      emit(context, result, printBenchAnalysis);
      return result.missed > 0 ? exitCodes.rejected : exitCodes.ok;
    },
  });
}
