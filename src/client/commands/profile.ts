import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import type { ExportFormat } from '../../profile/export/export.js';
import type { ProfileOptions } from '../verbs/profile.js';
import { emit } from '../context.js';
import { declareVerb, seconds, type Finish } from './declare.js';

/** The verbs that make profiles, and that ask profiles and repositories. */
export function declareProfileVerbs(program: Command, finish: Finish): void {
  declareVerb<{ list?: boolean; kind?: ProfileOptions['kind']; out?: string; force?: boolean; delay?: number; duration?: number; range?: string; overhead: boolean }>(program, finish, {
    usage: 'profile [command...]',
    summary: 'run a command with a profiler and import the profile',
    details: 'The command stands after `--`. It gets no input, and what it prints goes to stderr. It is run again without and with the profiler, to state what the profiler costs. Ctrl-C interrupts the command and keeps the profile. The profile is kept for a command that fails as well, with exit code 2.',
    options: [
      ['--list', 'which profilers are there, and how to get the others'],
      ['--kind <kind>', 'which profiler (default: auto, by the command)', ['auto', 'nsys', 'torch', 'perf', 'v8', 'pyspy', 'cprofile']],
      ['--out <file>', 'where the profile goes (default: profile.… in the working directory); a database where it ends in .sqlite'],
      ['--force', 'replace the file of --out where it is there'],
      ['--delay <seconds>', 'record only what comes later', seconds],
      ['--duration <seconds>', 'record for so long, then end the command', seconds],
      ['--range <name>', 'nsys: a range of NVTX, or cudaProfilerApi; torch: steps:10-14 of the optimizer'],
      ['--no-overhead', 'run the command once, with the profiler'],
    ],
    examples: ['perfloop profile -- node bench.js', 'perfloop profile --kind nsys --range step -- python3 train.py', 'perfloop profile --kind perf --delay 5 --duration 10 --no-overhead -- ./server', 'perfloop profile --list'],
    async action(context, { list = false, kind = 'auto', out, force = false, delay = 0, duration, range, overhead }, ...words) {
      const { profile, profilers } = await import('../verbs/profile.js');
      const { printProfiled, printProfilers } = await import('../print/profile.js');
      const argv = words.filter((one) => one !== undefined);
      if (list) {
        emit(context, await profilers(context), printProfilers);
        return 0;
      }
      if (argv.length === 0) throw new PerfloopError('PL_PROFILE_NO_COMMAND', 'There is no command to profile.', { where: 'perfloop profile', fix: 'Write it after two dashes: perfloop profile -- node bench.js' });
      const window = { delayMs: delay * 1000, durationMs: duration === undefined ? null : duration * 1000, range: range ?? null };
      const done = await profile(context, { argv, kind, out, force, window, withOverhead: overhead });
      emit(context, done, printProfiled);
      return done.exitCode;
    },
  });

  declareVerb<{ list?: boolean; profile?: string; repo?: string; allowWrite?: boolean }>(program, finish, {
    usage: 'tool [name] [target] [flags...]',
    summary: 'ask a profile or a repository one question: kernels, gaps, copies, ranges, SQL of your own; callers, symbols, imports',
    details: 'The target is a profile, or for the tools scanner_… the folder of a repository (by default the working directory). A profile is what a profiler wrote (nsys, PyTorch, V8, Python and others: docs/profiles.md), or a database that perfloop made of one; it is imported once. A question that cannot be answered, because that was not captured, is told as such, with exit code 0. The tools sandbox_… try a change in worktrees of perfloop\'s own (docs/mcp.md).',
    options: [['--list', 'every tool, and what it answers; with --json also what it takes'], ['--profile <file>', 'the profile, in place of the target'], ['--repo <dir>', 'the repository'], ['--allow-write', 'let sandbox_… run commands of the repository, in worktrees of perfloop\'s own']],
    examples: ['perfloop tool --list', 'perfloop tool kernels --limit 5 profile.sqlite', 'perfloop tool gaps profile.sqlite --least-us 100 --json', "perfloop tool query profile.sqlite --sql 'SELECT COUNT(*) FROM NVTX_EVENTS'", "perfloop tool scanner_search --repo . --pattern 'def \\w+_step'", 'perfloop tool sandbox_create --repo . --allow-write'],
    passesUnknown: true,
    async action(context, { list = false, profile, repo, allowWrite = false }, name, ...rest) {
      const { tool, toolList } = await import('../verbs/tool.js');
      const { printAnswer, printToolList } = await import('../print/tool.js');
      if (list || name === undefined) {
        emit(context, await toolList(), printToolList);
        return 0;
      }
      if (name.startsWith('-')) throw new PerfloopError('PL_NO_SUCH_TOOL', `The name of the tool comes first, not ${name}.`, { where: `perfloop tool ${name}`, fix: 'perfloop tool NAME [TARGET] [--key value]…; see `perfloop tool --list`' });
      const given = rest.filter((one) => one !== undefined);
      emit(context, await tool(context, { name, given, allowWrite, ...(profile === undefined ? {} : { profile }), ...(repo === undefined ? {} : { repo }) }), printAnswer);
      return 0;
    },
  });
  declareVerb<{ out?: string; repo?: string }>(program, finish, {
    usage: 'page [profile]',
    summary: 'write one HTML page of a profile: findings, timeline, flame graph, kernels, copies, tables',
    details: 'The page needs no other file and no network. Without scripts it has its tables; names from the profile are only text in it.',
    options: [['-o, --out <file>', 'where it goes (default: the name of the profile with .html, here)'], ['--repo <dir>', 'the profiled program\'s sources, in which findings are located']],
    examples: ['perfloop page profile.sqlite', 'perfloop page trace.json.gz --repo ~/src/train -o page.html'],
    async action(context, { out, repo }, profile) {
      if (profile === undefined) throw new PerfloopError('PL_PAGE_PROFILE', 'There is no profile to write a page of.', { where: 'perfloop page', fix: 'Name it: perfloop page profile.sqlite' });
      const { page } = await import('../verbs/page.js');
      const { printPage } = await import('../print/page.js');
      emit(context, await page(context, { profile, ...(out === undefined ? {} : { out }), ...(repo === undefined ? {} : { repo }) }), printPage);
      return 0;
    },
  });
  declareVerb<{ format?: ExportFormat; out?: string }>(program, finish, {
    usage: 'export [profile]',
    summary: 'write a profile for Perfetto, chrome://tracing, speedscope or flame graphs',
    details: 'Without --format, the ending of the file tells it: .speedscope.json, .folded, .collapsed or .txt; else it is a trace. A name that ends in .gz is compressed.',
    options: [['--format <format>', 'perfetto or chrome (one and the same), speedscope, folded', ['perfetto', 'chrome', 'speedscope', 'folded']], ['-o, --out <file>', 'where it goes (default: the name of the profile with the ending of the format, here)']],
    examples: ['perfloop export profile.sqlite -o trace.json.gz', 'perfloop export bench.cpuprofile --format speedscope', 'perfloop export perf.data -o stacks.folded'],
    async action(context, { format, out }, profile) {
      if (profile === undefined) throw new PerfloopError('PL_EXPORT_PROFILE', 'There is no profile to export.', { where: 'perfloop export', fix: 'Name it: perfloop export profile.sqlite -o trace.json.gz' });
      const { exportVerb } = await import('../verbs/export.js');
      const { printExported } = await import('../print/export.js');
      emit(context, await exportVerb(context, { profile, ...(format === undefined ? {} : { format }), ...(out === undefined ? {} : { out }) }), printExported);
      return 0;
    },
  });
}
