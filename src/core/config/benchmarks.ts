import type { CommandSpec, Config } from './schema.js';

/** A command that is measured. `name` is null for `commands.benchmark`, which is alone. */
export interface Benchmark {
  name: string | null;
  command: CommandSpec;
}

/** What of a config says what is measured. Configs of earlier versions have no `benchmarks`. */
export type BenchmarkConfig = Pick<Config, 'commands'> & Partial<Pick<Config, 'benchmarks' | 'service'>>;

/** Everything that one sample executes: the [[benchmarks]] in the order of the file, else `commands.benchmark`, else nothing. */
export function benchmarksOf({ commands, benchmarks = [] }: BenchmarkConfig): Benchmark[] {
  if (benchmarks.length > 0) return benchmarks.map(({ name, ...command }) => ({ name, command }));
  return commands.benchmark === undefined ? [] : [{ name: null, command: commands.benchmark }];
}

/** The commands that judge a candidate. What starts a service is what is under judgement, and not one of them. */
export function judgingCommands({ commands, service }: Pick<Config, 'commands' | 'service'>): Config['commands'] {
  if (service === undefined || commands.benchmark === undefined) return commands;
  return { ...commands, benchmark: { ...commands.benchmark, run: [service.ready, service.load, service.stop ?? ''].join('\n') } };
}

/** `node bench.js`; of several `parse: node parse.js; print: node print.js`. */
export function benchmarksText(config: BenchmarkConfig): string {
  if (config.service !== undefined) return `${config.service.start}; load: ${config.service.load}`;
  return benchmarksOf(config).map(({ name, command }) => (name === null ? command.run : `${name}: ${command.run}`)).join('; ');
}

/** Every shell command of a config. */
export function commandsOf({ target, commands, benchmarks = [] }: BenchmarkConfig & Pick<Config, 'target'>): string[] {
  return commandSpecsOf({ target, commands, benchmarks }).map(({ run }) => run);
}

/** The same with the folders that they run in; those of a service by themselves too, since they stand as quoted text in the command that it becomes. */
export function commandSpecsOf({ target, commands, benchmarks = [], service }: BenchmarkConfig & Pick<Config, 'target'>): Pick<CommandSpec, 'run' | 'cwd'>[] {
  const parts = service === undefined ? [] : [service.start, service.ready, service.load, service.stop ?? []].flat();
  const specs = [target.setup, ...Object.values(commands), ...benchmarks].filter((command) => command !== undefined);
  return [...specs, ...parts.map((run) => ({ run, cwd: service?.cwd ?? '.' }))];
}
