import { z } from 'zod';
import { durationMs } from './duration.js';
import { globPattern, metricPattern, relativePath } from './values.js';

/** A command line, run by the shell in the worktree. */
const command = z.string().trim().min(1).describe('a shell command');

const commandTable = z.strictObject({
  run: command.describe('The shell command.'),
  cwd: relativePath.default('.').describe('Where it runs, relative to the repository root.'),
  env: z.record(z.string(), z.string()).default({}).describe('Environment variables to add. `$NAME` takes the value from the environment of perfloop, so that no secret stands in this file.'),
  timeout: durationMs.default(600_000).describe('The command and its children are stopped after this long.'),
});

/** A string is short for a table with `run` alone. */
const commandSpec = z.preprocess((value) => (typeof value === 'string' ? { run: value } : value), commandTable);

export const targetSchema = z
  .strictObject({
    name: z.string().min(1).max(80).optional().describe('A name for people. Default: the name of the folder.'),
    base: z.string().min(1).default('HEAD').describe('The revision to start from.'),
    setup: commandSpec.optional().describe('Installs dependencies, once per lock file: its result is cached.'),
    lockfiles: z.array(globPattern).default(['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'requirements*.txt', 'poetry.lock', 'uv.lock', 'pyproject.toml', 'package.json', 'Cargo.lock', 'go.sum']).describe('The files that the result of `setup` depends on.'),
    protected: z.array(globPattern).default([]).describe('Files that no candidate may change, besides the built-in ones (tests, benchmarks, lock files, CI, this file).'),
    editable: z.array(globPattern).default([]).describe('Exceptions from the built-in protected files, for a repository whose code lives in such a place.'),
    link: z.array(relativePath).default([]).describe('What a worktree needs and git does not hold (data sets, weights): taken from the repository folder, read-only.'),
  })
  .prefault({});

export const metricSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w@.\- ]{0,59}$/, 'must start with a letter and hold letters, digits, _ @ . - or spaces').describe('Its name in tables and reports.'),
  source: z.enum(['wall', 'regex']).optional().describe('`wall`: the time from start to exit, taken from outside. `regex`: printed by the benchmark. Default: `regex` where `pattern` is given, else `wall`.'),
  pattern: metricPattern.optional().describe('A regular expression (RE2 syntax) with one group that captures the number, matched against what the benchmark prints.'),
  match: z.enum(['only', 'last', 'median']).default('only').describe('Which match counts. `only`: there must be exactly one.'),
  unit: z.string().max(20).default('').describe('For tables.'),
  goal: z.enum(['min', 'max']).default('min').describe('Whether less or more is better.'),
  primary: z.boolean().default(false).describe('The verdict is about the primary metrics; every other one is a guard. Default: the first.'),
  weight: z.number().positive().default(1).describe('Weight in the mean of log ratios when several metrics are primary.'),
  max_regression: z.number().min(0).max(10).default(0.05).describe('A guard may get worse by this fraction at most.'),
  floor: z.number().optional().describe('No sample of a candidate may be below this (recall, accuracy).'),
  ceiling: z.number().optional().describe('No sample of a candidate may be above this.'),
});

export const commandsSchema = z
  .strictObject({
    build: commandSpec.optional().describe('Builds the worktree.'),
    test: commandSpec.optional().describe('The tests. Must pass at the base and for every candidate.'),
    smoke: commandSpec.optional().describe('A quick run before measuring.'),
    benchmark: commandSpec.optional().describe('What is measured. Required for `run`.'),
    profile: commandSpec.optional().describe('What is profiled. Default: the benchmark.'),
    check: commandSpec.optional().describe('Prints results; its output must be the same for champion and candidate.'),
  })
  .prefault({});

export const checkSchema = z
  .strictObject({
    compare: z.enum(['exact', 'numbers']).default('exact').describe('`numbers`: the text around them must be equal, the numbers within the tolerance.'),
    tolerance: z.number().min(0).default(0).describe('Relative tolerance of `numbers`.'),
  })
  .prefault({});

export const loopSchema = z
  .strictObject({
    rounds: z.int().min(1).max(1000).default(3).describe('At most this many rounds.'),
    plateau: z.int().min(1).default(1).describe('Stop after this many rounds in a row without an accepted candidate.'),
    max_trials: z.int().min(1).default(100).describe('Budget of trials for the whole run.'),
    max_wall: durationMs.default(8 * 3_600_000).describe('Budget of wall time for the whole run.'),
    candidates_per_round: z.int().min(1).max(100).default(8).describe('The best ranked ones are tried.'),
  })
  .prefault({});

export const verdictSchema = z
  .strictObject({
    min_gain: z.number().min(0).max(1).default(0.02).describe('A gain up to this fraction counts as none.'),
    protocol: z.enum(['sequential', 'fixed']).default('sequential').describe('`sequential`: stops early when the samples have decided. `fixed`: a plain table of `runs` pairs after `warmups`.'),
    warmups: z.int().min(0).max(100).default(3).describe('Pairs thrown away first; `fixed` only.'),
    runs: z.int().min(6).max(1000).default(10).describe('Pairs measured; `fixed` only.'),
    noise_pairs: z.int().min(4).max(100).default(8).describe('A/A pairs at warm-up when the host has no history of this benchmark.'),
    final_pairs: z.int().min(10).max(200).default(30).describe('Pairs of the final measurement, champion against base.'),
  })
  .prefault({});

export const proposeSchema = z
  .strictObject({
    recipes: z.boolean().default(true).describe('Deterministic rewrites; see `perfloop steps` and docs/recipes.md.'),
    only: z.array(z.string()).default([]).describe('Only these recipes.'),
    except: z.array(z.string()).default([]).describe('Not these recipes.'),
    script: commandSpec.optional().describe('A program that reads a finding as JSON on stdin and edits the worktree it runs in.'),
  })
  .prefault({});

export const approvalSchema = z
  .strictObject({
    mode: z.enum(['never', 'each', 'final']).default('never').describe('Whether a person decides: never, on each accepted candidate, or on the whole branch at the end.'),
    timeout: durationMs.default(7 * 24 * 3_600_000).describe('How long to wait for a decision.'),
    on_timeout: z.enum(['approve', 'reject']).default('reject').describe('What happens when nobody decided.'),
  })
  .prefault({});

export const machineSchema = z
  .strictObject({
    tag: z.string().regex(/^[a-z][a-z0-9]*(\.[a-z0-9]+)*$/, 'must be lower-case words joined by dots, such as cpu or gpu.h100').default('cpu').describe('The kind of machine it needs: `perfloop worker --tag TAG` serves it.'),
  })
  .prefault({});

export const profileSchema = z
  .strictObject({
    kind: z.enum(['auto', 'v8', 'cprofile']).default('auto').describe('Which profiler.'),
    ignore: z.array(metricPattern).default([]).describe('Functions whose name matches one of these are left out.'),
    min_share: z.number().min(0).max(1).default(0.01).describe('A function with less of the time than this is not looked at.'),
    top: z.int().min(1).max(200).default(20).describe('How many of the hottest functions are looked at.'),
  })
  .prefault({});

export const stepSchema = z.strictObject({
  type: z.enum(['warmup', 'profile', 'analyze', 'optimize', 'execute', 'learn', 'command', 'noop']).describe('What the step does. `noop` does nothing: for measuring the engine.'),
  name: z.string().regex(/^[A-Za-z][\w.-]{0,59}$/).optional().describe('Default: the type.'),
  enabled: z.boolean().default(true).describe('A disabled step counts as satisfied.'),
  command: commandSpec.optional().describe('For `command`: runs in a worktree of the champion.'),
});

export const configSchema = z.strictObject({
  target: targetSchema.describe('What is made faster.'),
  commands: commandsSchema.describe('How it is built, tested and measured. Each is a string or a table.'),
  check: checkSchema.describe('How the output of the `check` command is compared.'),
  metrics: z.array(metricSchema).default([]).describe('What is measured. Default: the wall time of the benchmark.'),
  loop: loopSchema.describe('When to stop.'),
  verdict: verdictSchema.describe('What counts as faster.'),
  propose: proposeSchema.describe('Where candidates come from.'),
  approval: approvalSchema.describe('Whether a person decides.'),
  machine: machineSchema.describe('Where it runs.'),
  profile: profileSchema.describe('How it is profiled.'),
  steps: z.array(stepSchema).default([]).describe('The plan of a round. Default: warmup, profile, analyze, optimize, execute, learn.'),
});

export type Config = z.infer<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type CommandSpec = z.infer<typeof commandTable>;
export type MetricConfig = z.infer<typeof metricSchema>;
export type StepConfig = z.infer<typeof stepSchema>;
