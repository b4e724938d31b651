import { benchmarksOf } from '../config/benchmarks.js';
import type { Config } from '../config/schema.js';
import type { ListedStep } from './listed.js';

const roles = ['setup', 'build', 'test', 'smoke', 'check', 'benchmark', 'profile'] as const;
type Role = (typeof roles)[number];

/** The roles whose commands a phase runs, in their order. */
const rolesOfPhases: Readonly<Partial<Record<string, readonly Role[]>>> = {
  warmup: ['setup', 'build', 'test', 'smoke', 'check', 'benchmark'],
  profile: ['setup', 'build', 'profile'],
  execute: ['build', 'test', 'smoke', 'check', 'benchmark'],
};

/** What a step runs of the user's commands, for people; null where it runs none. Of a phase: `role: command`, several with `; `. */
export function stepCommand({ type, command }: Pick<ListedStep, 'type' | 'command'>, config: Config): string | null {
  if (command !== null) return command.run;
  const { [type]: ofUser } = config.step_types;
  if (ofUser !== undefined) return `${ofUser.module}: ${type}()`;
  const own = roles.filter((role) => role === type);
  const shown = (rolesOfPhases[type] ?? own).flatMap((role) => commandsFor(role, config).map((run) => `${role}: ${run}`));
  return shown.length === 0 ? null : shown.join('; ');
}

function commandsFor(role: Role, config: Config): string[] {
  const { commands, target } = config;
  if (role === 'benchmark' || (role === 'profile' && commands.profile === undefined)) return benchmarksOf(config).map(({ command }) => command.run);
  const run = role === 'setup' ? target.setup?.run : commands[role]?.run;
  return run === undefined ? [] : [run];
}
