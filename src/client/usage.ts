import type { Command, CommanderError } from 'commander';
import { PerfloopError } from '../core/errors.js';

/** What the parser found wrong with the command line, as an error of ours with the nearest name and the way to the help. */
export function usageError(error: CommanderError, verb: Command | undefined): PerfloopError {
  const [first = '', ...rest] = (error.code === 'commander.help' ? 'a verb is missing' : error.message).split('\n');
  const suggestion = /^\(Did you mean (.+)\?\)$/.exec(rest.join(' ').trim())?.[1];
  const help = verb ? `perfloop ${path(verb)} --help` : 'perfloop --help';
  return new PerfloopError('PL_USAGE', first.replace(/^error: /, '').replace(/^unknown command/, 'unknown verb'), {
    ...(verb ? { where: `perfloop ${path(verb)}` } : {}),
    fix: `${suggestion ? `did you mean ${suggestion}? ` : ''}see \`${help}\``,
  });
}

function path(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
