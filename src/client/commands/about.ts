import type { Command } from 'commander';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs about perfloop itself. */
export function declareAboutVerbs(program: Command, finish: Finish): void {
  declareVerb<{ config?: string }>(program, finish, {
    usage: 'steps [dir]',
    summary: 'list the steps of a round',
    options: [['--config <file>', 'the config (default: perfloop.toml of the folder)']],
    examples: ['perfloop steps', 'perfloop steps ../zlib --json'],
    async action(context, flags, dir = '.') {
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
}
