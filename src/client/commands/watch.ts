import type { Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

interface Flags {
  branch?: string;
  config?: string;
  cadence?: string;
  once?: boolean;
  from?: string;
  stop?: boolean;
  list?: boolean;
}

/** The verb that looks for what made a branch slower. */
export function declareWatchVerb(program: Command, finish: Finish): void {
  declareVerb<Flags>(program, finish, {
    usage: 'watch [repository]',
    summary: 'benchmark each new head of a branch against the last one; find the commit that made it slower',
    details: 'A schedule on the server looks at the branch, of a URL or a path; --once looks now and waits. Slower is what the rule of judge says with its sides exchanged; then the commits between are bisected. With --once, exits with 0 no sign of a regression, 3 a regression is confirmed, 4 undecided, 2 the head does not build, fails its tests, or cannot be fetched.',
    options: [
      ['--branch <name>', 'the branch (default: of a path the one that is checked out, of a URL its HEAD)'],
      ['--cadence <when>', 'when it is looked at (default: every 1h)'],
      ['--once', 'look now, and wait for what comes of it'],
      ['--from <rev>', 'with --once: compare with this commit from now on, in place of what is remembered; ~3 is the third before the head'],
      ['--config <file>', 'the config, a file of the repository (default: its perfloop.toml)'],
      ['--stop', 'take the schedule off the server'],
      ['--list', 'what is watched from this command line, and what the last look came to'],
    ],
    examples: ['perfloop watch . --once', 'perfloop watch https://git.example.org/parser.git --branch main --cadence "every 1h"', 'perfloop watch . --once --from v1.2'],
    async action(context, { cadence, once, stop, list, from, ...rest }, repository) {
      const verbs = await import('../verbs/watch.js');
      const print = await import('../print/watch.js');
      const ways = [once, stop, list, cadence].filter((way) => way !== undefined).length;
      if (ways > 1) throw usage('--once, --cadence, --stop and --list exclude each other');
      if (from !== undefined && once !== true) throw usage('--from belongs to --once');
      if (list === true) {
        emit(context, await verbs.watchList(context), print.printWatchList);
        return 0;
      }
      const options = { repository: repository ?? '.', ...(from === undefined ? {} : { from }), ...rest };
      if (stop === true) {
        emit(context, await verbs.watchOff(context, options), print.printWatchStopped);
        return 0;
      }
      if (once !== true) {
        emit(context, await verbs.watchOn(context, options, cadence ?? 'every 1h'), print.printWatchScheduled);
        return 0;
      }
      const watched = await verbs.watchOnce(context, options);
      emit(context, watched.kind === 'ended' ? watched.result : { detached: true, workflow: watched.workflow }, (_, style) => print.printWatched(watched, style));
      return watched.kind === 'ended' ? print.watchCode[watched.result.outcome] : 2;
    },
  });
}

function usage(message: string): PerfloopError {
  return new PerfloopError('PL_USAGE', message, { where: 'perfloop watch', fix: 'see `perfloop watch --help`' });
}
