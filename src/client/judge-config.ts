import { parseConfig, validateConfig } from '../core/config/parse.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import { readAtRevision } from '../workspace/read-at-revision.js';
import { editableInPullRequests } from '../workspace/protected-globs.js';
import type { CliContext } from './context.js';
import { configName, loadConfig } from './load-config.js';

/** How `judge` is told what to run and what to measure. */
export interface JudgeFlags {
  config?: string;
  benchmark?: string;
  /** `NAME=REGEX`; without it the wall time counts. */
  metric?: string;
  goal?: 'max' | 'min';
  test?: string;
  build?: string;
  setup?: string;
  minGain?: number;
}

/**
 * The config that the flags mean: that of a file, or one made of a benchmark. Commands and the smallest gain can be given
 * on top of either. Throws PL_USAGE where flags contradict each other.
 */
export async function judgeConfig(context: CliContext, dir: string, base: string, flags: JudgeFlags): Promise<Config> {
  if (flags.benchmark === undefined) {
    if (flags.metric !== undefined || flags.goal !== undefined) throw usage('--metric and --goal belong to --benchmark; a config names its own metrics');
    return withCommands((flags.config === undefined ? await configOfBase(dir, base) : null) ?? (await loadConfig(context, dir, flags.config)), flags);
  }
  if (flags.config !== undefined) throw usage('--config and --benchmark exclude each other');
  if (flags.goal !== undefined && flags.metric === undefined) throw usage('--goal needs --metric: the wall time is always better when it is less');
  const metrics = flags.metric === undefined ? [] : [metricOf(flags.metric, flags.goal)];
  return withCommands(validateConfig({ commands: { benchmark: flags.benchmark }, metrics }, 'the command line'), flags);
}

/** The base's own config: what is under judgement must not say how it is judged. */
async function configOfBase(dir: string, base: string): Promise<Config | null> {
  const text = await readAtRevision(dir, base, configName);
  return text === null ? null : parseConfig(text, `${base}:${configName}`);
}

function withCommands(config: Config, { test, build, setup, minGain }: JudgeFlags): Config {
  const given = validateConfig({ target: setup === undefined ? {} : { setup }, commands: { ...(test === undefined ? {} : { test }), ...(build === undefined ? {} : { build }) } }, 'the command line');
  return {
    ...config,
    target: { ...config.target, editable: [...config.target.editable, ...editableInPullRequests], ...(given.target.setup ? { setup: given.target.setup } : {}) },
    commands: { ...config.commands, ...given.commands },
    verdict: { ...config.verdict, ...(minGain === undefined ? {} : { min_gain: minGain }) },
  };
}

function metricOf(text: string, goal: 'max' | 'min' | undefined): { name: string; pattern: string; goal?: 'max' | 'min' } {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw usage(`--metric ${text}: it must be NAME=REGEX, such as --metric 'ops=([0-9.]+) ops/s'`);
  return { name: text.slice(0, at), pattern: text.slice(at + 1), ...(goal === undefined ? {} : { goal }) };
}

function usage(message: string): PerfloopError {
  return new PerfloopError('PL_USAGE', message, { where: 'perfloop judge', fix: 'see `perfloop judge --help`' });
}
