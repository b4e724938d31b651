import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs about perfloop itself, and the one that serves it to other programs. */
export function declareAboutVerbs(program: Command, finish: Finish): void {
  declareVerb<{ config?: string; listSteps?: boolean; mermaid?: boolean }>(program, finish, {
    usage: 'steps [dir]',
    summary: 'list or draw the steps of a round',
    options: [['--config <file>', 'the config (default: perfloop.toml of the folder)'], ['--list-steps', 'list them, which is the default'], ['--mermaid', 'draw them: prints a Mermaid flowchart']],
    examples: ['perfloop steps', 'perfloop steps ../zlib --json', 'perfloop steps --mermaid > steps.mmd'],
    async action(context, { mermaid, listSteps, ...flags }, dir = '.') {
      if (mermaid === true && listSteps === true) throw new PerfloopError('PL_USAGE', 'the steps are either listed or drawn', { where: '--list-steps, --mermaid', fix: 'Leave out one of the two.' });
      if (mermaid === true) {
        const { drawnSteps } = await import('../verbs/steps.js');
        emit(context, await drawnSteps(context, { dir, ...flags }), (drawn) => drawn.mermaid.trimEnd());
        return 0;
      }
      const { steps } = await import('../verbs/steps.js');
      const { printSteps } = await import('../print/steps.js');
      emit(context, await steps(context, { dir, ...flags }), printSteps);
      return 0;
    },
  });

  declareVerb(program, finish, {
    usage: 'demo',
    summary: 'see it work: four acts on a published package, in a temporary folder',
    examples: ['perfloop demo', 'perfloop demo --json'],
    async action(context) {
      const { demo } = await import('../demo/demo.js');
      return await demo(context);
    },
  });

  declareVerb<{ allowWrite?: boolean }>(program, finish, {
    usage: 'mcp',
    summary: 'serve every tool, the runs and judgements to an MCP client, on stdin and stdout',
    details: 'For the configuration of a client, such as an editor or an agent. Without --allow-write a client reads, and has changes judged by the perfloop.toml of their base; it starts no run and decides nothing.',
    options: [['--allow-write', 'a client may start runs, approve, steer, and name the commands of a judgement']],
    examples: ['perfloop mcp', 'perfloop mcp --allow-write'],
    async action(context, { allowWrite = false }) {
      const { serve } = await import('../mcp/serve.js');
      await serve(context, { version: program.version() ?? '', allowWrite });
      return 0;
    },
  });
}
