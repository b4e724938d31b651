import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs that ask profiles. */
export function declareProfileVerbs(program: Command, finish: Finish): void {
  declareVerb<{ list?: boolean; profile?: string }>(program, finish, {
    usage: 'tool [name] [profile] [flags...]',
    summary: 'ask a profile one question: kernels, gaps, copies, waiting, overlap, ranges, SQL of your own',
    details: 'The profile is an export of nsys, a .cpuprofile, a pstats file, or a database that perfloop made of one; it is imported once. A question that it cannot answer, because that was not captured, is told as such, with exit code 0.',
    options: [['--list', 'every tool, and what it answers; with --json also what it takes'], ['--profile <file>', 'the profile']],
    examples: ['perfloop tool --list', 'perfloop tool kernels profile.sqlite --limit 5', 'perfloop tool gaps profile.sqlite --least-us 100 --json', "perfloop tool query profile.sqlite --sql 'SELECT COUNT(*) FROM NVTX_EVENTS'"],
    passesUnknown: true,
    async action(context, { list = false, profile }, name, ...rest) {
      const { tool, toolList } = await import('../verbs/tool.js');
      const { printAnswer, printToolList } = await import('../print/tool.js');
      if (list || name === undefined) {
        emit(context, toolList(), printToolList);
        return 0;
      }
      const [first] = rest;
      const asTarget = profile === undefined && first !== undefined && !first.startsWith('--');
      const file = asTarget ? first : profile;
      if (file === undefined) throw new PerfloopError('PL_TOOL_PROFILE', 'There is no profile to ask.', { where: name, fix: `Name it: perfloop tool ${name} profile.sqlite` });
      emit(context, await tool(context, { name, profile: file, given: (asTarget ? rest.slice(1) : rest).filter((one) => one !== undefined) }), printAnswer);
      return 0;
    },
  });
}
