import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs that ask profiles and repositories. */
export function declareProfileVerbs(program: Command, finish: Finish): void {
  declareVerb<{ list?: boolean; profile?: string; repo?: string }>(program, finish, {
    usage: 'tool [name] [target] [flags...]',
    summary: 'ask a profile or a repository one question: kernels, gaps, copies, ranges, SQL of your own; callers, symbols, imports',
    details: 'The target is a profile, or for the tools scanner_… the folder of a repository (by default the working directory). A profile is what a profiler wrote (nsys, PyTorch, V8, Python and others: docs/profiles.md), or a database that perfloop made of one; it is imported once. A question that cannot be answered, because that was not captured, is told as such, with exit code 0.',
    options: [['--list', 'every tool, and what it answers; with --json also what it takes'], ['--profile <file>', 'the profile, in place of the target'], ['--repo <dir>', 'the repository']],
    examples: ['perfloop tool --list', 'perfloop tool kernels --limit 5 profile.sqlite', 'perfloop tool gaps profile.sqlite --least-us 100 --json', "perfloop tool query profile.sqlite --sql 'SELECT COUNT(*) FROM NVTX_EVENTS'", "perfloop tool scanner_search --repo . --pattern 'def \\w+_step'"],
    passesUnknown: true,
    async action(context, { list = false, profile, repo }, name, ...rest) {
      const { tool, toolList } = await import('../verbs/tool.js');
      const { printAnswer, printToolList } = await import('../print/tool.js');
      if (list || name === undefined) {
        emit(context, await toolList(), printToolList);
        return 0;
      }
      if (name.startsWith('-')) throw new PerfloopError('PL_NO_SUCH_TOOL', `The name of the tool comes first, not ${name}.`, { where: `perfloop tool ${name}`, fix: 'perfloop tool NAME [TARGET] [--key value]…; see `perfloop tool --list`' });
      const given = rest.filter((one) => one !== undefined);
      emit(context, await tool(context, { name, given, ...(profile === undefined ? {} : { profile }), ...(repo === undefined ? {} : { repo }) }), printAnswer);
      return 0;
    },
  });
  declareVerb<{ out?: string }>(program, finish, {
    usage: 'page <profile>',
    summary: 'write one HTML page of a profile: timeline, flame graph, kernels, copies, tables',
    details: 'The page needs no other file and no network. Without scripts it has its tables; names from the profile are only text in it.',
    options: [['-o, --out <file>', 'where it goes (default: the name of the profile with .html, here)']],
    examples: ['perfloop page profile.sqlite', 'perfloop page trace.json.gz -o page.html'],
    async action(context, { out }, profile = '') {
      const { page } = await import('../verbs/page.js');
      const { printPage } = await import('../print/page.js');
      emit(context, await page(context, { profile, ...(out === undefined ? {} : { out }) }), printPage);
      return 0;
    },
  });
}
