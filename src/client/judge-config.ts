import { readFile } from 'node:fs/promises';
import { validateConfig } from '../core/config/parse.js';
import type { Config, ConfigInput } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import { nearestAtRevision } from '../workspace/read-at-revision.js';
import { editableInPullRequests } from '../workspace/protected-globs.js';
import type { CliContext } from './context.js';
import { configName, loadConfig, nearestConfig } from './load-config.js';
import { parseWithStepFiles, readBeside } from '../workspace/step-files.js';

/** How `judge` is told what to run and what to measure. */
export interface JudgeFlags {
  config?: string;
  /** One command, or several of `NAME=CMD`. */
  benchmark?: readonly string[];
  /** `NAME=REGEX`; without it the wall time counts. Of several benchmarks NAME is that of the benchmark. */
  metric?: readonly string[];
  goal?: 'max' | 'min';
  test?: string;
  build?: string;
  setup?: string;
  minGain?: number;
  /** `never`: flags of the change are told, and quarantine nothing. */
  approval?: 'never' | 'risky';
}

/**
 * The config that the flags mean: that of a file, or one made of benchmarks. Commands and the smallest gain can be given
 * on top of either. `warn` is told whose config it is where somebody could think of another. Throws PL_USAGE where flags
 * contradict each other.
 */
export async function judgeConfig(context: CliContext, dir: string, base: string, flags: JudgeFlags, warn: (text: string) => void = () => {}): Promise<Config> {
  const { benchmark = [], metric = [], goal } = flags;
  if (benchmark.length === 0) {
    if (metric.length > 0 || goal !== undefined) throw usage('--metric and --goal belong to --benchmark; a config names its own metrics');
    return withCommands(flags.config === undefined ? await nearestOf(context, dir, base, warn) : await loadConfig(context, dir, flags.config), flags);
  }
  if (flags.config !== undefined) throw usage('--config and --benchmark exclude each other');
  if (goal !== undefined && metric.length === 0) throw usage('--goal needs --metric: the wall time is always better when it is less');
  return withCommands(validateConfig(measured(benchmark, metric.map((text) => metricOf(text, goal))), 'the command line'), flags);
}

interface FlagMetric {
  name: string;
  pattern: string;
  goal?: 'max' | 'min';
}

function measured(benchmarks: readonly string[], metrics: readonly FlagMetric[]): ConfigInput {
  const [only, ...others] = benchmarks;
  if (only !== undefined && others.length === 0) {
    if (metrics.length > 1) throw usage('--metric can be given once for one benchmark; several metrics and guards belong into a config, given with --config');
    return { commands: { benchmark: only }, metrics: [...metrics] };
  }
  const named = benchmarks.map(benchmarkOf);
  const names = new Set(named.map(({ name }) => name));
  const stray = metrics.find(({ name }) => !names.has(name));
  if (stray !== undefined) throw usage(`--metric ${stray.name}=…: with several benchmarks, the name is that of the benchmark which prints it: ${[...names].join(', ')}`);
  return { benchmarks: named, metrics: metrics.map((metric) => ({ ...metric, benchmark: metric.name })) };
}

function benchmarkOf(text: string): { name: string; run: string } {
  const [, name, run] = /^([A-Za-z][\w.-]*)=([^]*\S[^]*)$/.exec(text) ?? [];
  if (name === undefined || run === undefined) throw usage(`--benchmark ${text}: given several times, each must be NAME=CMD, such as --benchmark 'parse=node bench/parse.js'`);
  return { name, run };
}

/** The base's own config: what is under judgement must not say how it is judged. That of the working tree only where the base has none. */
async function nearestOf(context: CliContext, dir: string, base: string, warn: (text: string) => void): Promise<Config> {
  const ofBase = await nearestAtRevision(dir, base, configName);
  const here = await nearestConfig(dir);
  if (ofBase === null) {
    const config = await loadConfig(context, dir, undefined);
    warn(`The base has no ${configName}, so that of the working tree says how the change is judged, and is no part of the base.`);
    return config;
  }
  if (here !== null && (await readFile(here, 'utf8').catch(() => null)) !== ofBase.text) warn(`The base's ${ofBase.path} says how the change is judged; the ${configName} of the working tree differs from it, and does not count.`);
  const { config } = await parseWithStepFiles(ofBase.text, `${base}:${ofBase.path}`, { config: ofBase.path, shown: (path) => `${base}:${path}` }, readBeside(ofBase));
  return config;
}

/** Nothing is searched here, and only what perfloop's own search made may turn settings in protected files: the tables of knobs are left out. */
function withCommands(config: Config, { test, build, setup, minGain, approval }: JudgeFlags): Config {
  const given = validateConfig({ target: setup === undefined ? {} : { setup }, commands: { ...(test === undefined ? {} : { test }), ...(build === undefined ? {} : { build }) } }, 'the command line');
  const { knobs: _, ...propose } = config.propose;
  return {
    ...config,
    propose,
    knobs: [],
    target: { ...config.target, editable: [...config.target.editable, ...editableInPullRequests], ...(given.target.setup ? { setup: given.target.setup } : {}) },
    commands: { ...config.commands, ...given.commands },
    verdict: { ...config.verdict, ...(minGain === undefined ? {} : { min_gain: minGain }) },
    approval: { ...config.approval, ...(approval === undefined ? {} : { mode: approval }) },
  };
}

function metricOf(text: string, goal: 'max' | 'min' | undefined): FlagMetric {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw usage(`--metric ${text}: it must be NAME=REGEX, such as --metric 'ops=([0-9.]+) ops/s'`);
  return { name: text.slice(0, at), pattern: text.slice(at + 1), ...(goal === undefined ? {} : { goal }) };
}

function usage(message: string): PerfloopError {
  return new PerfloopError('PL_USAGE', message, { where: 'perfloop judge', fix: 'see `perfloop judge --help`' });
}
