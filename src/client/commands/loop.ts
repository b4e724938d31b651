import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, duration, fraction, positiveInteger, repeated, type Finish } from './declare.js';

const approvalModes = ['never', 'risky', 'each', 'final'] as const;

/** The verbs that begin or follow work. */
export function declareLoopVerbs(program: Command, finish: Finish): void {
  declareVerb<{ measure?: boolean; samples?: number }>(program, finish, {
    usage: 'init [dir]',
    summary: 'look at a repository and write a commented perfloop.toml',
    details: 'Finds the build, test and benchmark commands, measures the spread of the benchmark in a temporary clone, and proposes the smallest gain worth asking for. Never overwrites a file.',
    options: [['--no-measure', 'do not run anything: leave the smallest gain at its default'], ['--samples <n>', 'how often the benchmark is run (default: 20)', positiveInteger]],
    examples: ['perfloop init .', 'perfloop init ../zlib --no-measure'],
    async action(context, flags, dir = '.') {
      const { init } = await import('../verbs/init.js');
      const { printInit } = await import('../print/init.js');
      emit(context, await init(context, { dir, measure: flags.measure !== false, samples: flags.samples ?? 20 }), printInit);
      return 0;
    },
  });

  declareVerb<{ config?: string; profile?: string; rounds?: number; approval?: (typeof approvalModes)[number]; detach?: boolean; record?: string; replay?: string; skip?: string[]; only?: string[]; resume?: string | true; dryRun?: boolean }>(program, finish, {
    usage: 'run [dir]',
    alias: 'agent-loop',
    summary: 'start a run on a repository and follow it live',
    details: 'Ctrl-C leaves the run going; `perfloop attach` comes back to it. With --json one object is printed at the end.',
    options: [
      ['--config <file>', 'the config (default: perfloop.toml of the folder)'],
      ['--profile <file>', 'a profile of yours, to be used in place of profiling'],
      ['--rounds <n>', 'at most this many rounds', positiveInteger],
      ['--approval <mode>', 'whether a person decides', approvalModes],
      ['-d, --detach', 'do not follow it'],
      ['--record <file>', 'write what models answered to a file, when the run has ended'],
      ['--replay <file>', 'take the answers of models from such a file: no key, no network, no cost'],
      ['--skip <steps>', 'leave out these steps: name:x, type:x, idx:3, #3, or a bare word; with commas, or several times', repeated],
      ['--only <steps>', 'run no other steps than these; --skip and `enabled = false` beat it', repeated],
      ['--resume [run]', 'go on after a run that failed, was stopped or cancelled (default: the last one of the repository)'],
      ['--dry-run', 'print which steps would run, and their commands; nothing is started or written'],
    ],
    examples: ['perfloop run .', 'perfloop run . --only warmup,profile --dry-run', 'perfloop run ~/src/service --rounds 5 --approval final --detach'],
    async action(context, { dryRun: isDry, ...given }, folder) {
      const { dir, ...flags } = whereToResume(given, folder);
      if (isDry === true) {
        const { dryRun } = await import('../verbs/dry-run.js');
        const { printDryRun } = await import('../print/dry-run.js');
        emit(context, await dryRun(context, { dir, ...flags }), printDryRun);
        return 0;
      }
      const { run } = await import('../verbs/run.js');
      const { reportOutcome } = await import('../outcome.js');
      return reportOutcome(context, await run(context, { dir, ...flags }));
    },
  });

  declareVerb(program, finish, {
    usage: 'attach <run>',
    summary: 'follow a run that was started before',
    examples: ['perfloop attach r-k3v7'],
    async action(context, _flags, run = '') {
      const { attach } = await import('../verbs/attach.js');
      const { reportOutcome } = await import('../outcome.js');
      return reportOutcome(context, await attach(context, run));
    },
  });

  declareVerb<{ repo?: string; base?: string; candidate?: string; config?: string; benchmark?: string[]; metric?: string[]; goal?: 'max' | 'min'; test?: string; build?: string; setup?: string; minGain?: number; budget?: number; approval?: 'never' | 'risky'; regression?: string | true; markdown?: boolean; jsonFile?: string; markdownFile?: string }>(program, finish, {
    usage: 'judge',
    summary: 'judge one change: is the candidate faster than the base, beyond noise?',
    details: 'Exits with 0 accepted, 3 rejected, 4 inconclusive, 5 quarantined. Without --metric the wall time counts, taken from outside. Without --config and --benchmark the perfloop.toml of the working tree says what to measure.',
    options: [
      ['--repo <dir>', 'the repository (default: .)'],
      ['--base <rev>', 'what it is compared with (default: HEAD)'],
      ['--candidate <rev>', 'the change; WORKTREE is what is in the working tree, committed or not (default: WORKTREE)'],
      ['--config <file>', 'the config'],
      ['--benchmark <cmd>', 'what to measure, in place of a config; several times as NAME=CMD, each of them', repeated],
      ['--metric <name=regex>', 'a number that the benchmark prints, in place of the wall time; of several benchmarks under its name', repeated],
      ['--goal <goal>', 'whether more or less of the metric is better (default: min)', ['max', 'min']],
      ['--test <cmd>', 'must pass on both sides'],
      ['--build <cmd>', 'builds each side'],
      ['--setup <cmd>', 'installs dependencies, once per lock file'],
      ['--min-gain <fraction>', 'a gain up to this counts as none (default: 0.02)', fraction],
      ['--approval <mode>', 'risky: what has a flag is quarantined, with exit code 5; never: flags are warnings (default: risky)', ['never', 'risky']],
      ['--regression [metric]', 'ask whether the candidate is slower: by what decides, or by one metric; exits with 3 where it is, 0 where there is no sign of it'],
      ['--budget <duration>', 'end after this long at most, inconclusive if need be; builds and tests count', duration],
      ['--markdown', 'print a comment for a pull request in place of words'],
      ['--markdown-file <file>', 'write that comment to a file, an error too'],
      ['--json-file <file>', 'write what --json prints to a file, an error too'],
    ],
    examples: [
      "perfloop judge --repo . --base main --candidate HEAD --benchmark 'node bench.js' --test 'npm test'",
      "perfloop judge --benchmark ./bench --metric 'ops=([0-9.]+) ops/s' --goal max --json",
      "perfloop judge --base main --benchmark 'parse=node bench/parse.js' --benchmark 'print=node bench/print.js' --budget 10m",
      'perfloop judge --base main --candidate HEAD --json-file judge.json --markdown-file judge.md',
    ],
    async action(context, flags) {
      const { judge } = await import('../verbs/judge.js');
      const { tellJudgement } = await import('../judge-output.js');
      const { repo = '.', base = 'HEAD', candidate = 'WORKTREE', budget, markdown, jsonFile, markdownFile, ...rest } = flags;
      const output = { ...(markdown === undefined ? {} : { markdown }), ...(jsonFile === undefined ? {} : { jsonFile }), ...(markdownFile === undefined ? {} : { markdownFile }) };
      if (rest.regression !== undefined && (markdown !== undefined || markdownFile !== undefined)) throw new PerfloopError('PL_USAGE', '--regression has no comment in Markdown', { where: 'perfloop judge', fix: 'Use --json or --json-file.' });
      return tellJudgement(context, repo, output, (told) => judge(told, { repo, base, candidate, ...rest, ...(budget === undefined ? {} : { budgetMs: budget }) }));
    },
  });
}

/** `--resume .` names a folder: no run is called so. */
function whereToResume<Flags extends { resume?: string | true }>(flags: Flags, dir: string | undefined): Flags & { dir: string } {
  const { resume } = flags;
  return dir === undefined && typeof resume === 'string' && /[./]/.test(resume) ? { ...flags, resume: true, dir: resume } : { ...flags, dir: dir ?? '.' };
}
