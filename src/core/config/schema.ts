import { notifySchema } from './notify-schema.js';
import { limitsSchema } from './limits-schema.js';
import { z } from 'zod';
import { agentsSchema } from './agents-schema.js';
import { testsSchema } from './tests-schema.js';
import { caseSchema } from './cases-schema.js';
import { checkSchema } from './check-schema.js';
import { serviceSchema } from './service-schema.js';
import { parseCpuList } from './cpus.js';
import { budgetSchema, modelsSchema, phasesSchema } from './models-schema.js';
import { commandSpec, commandTable } from './command-schema.js';
import { durationMs } from './duration.js';
import { declaredKnobSchema, knobSearchSchema } from './knobs-schema.js';
import { isFreeName, notFree } from './reserved-names.js';
import { stepTypesSchema } from './step-types-schema.js';
import { stepSchema } from './steps-schema.js';
import { globPattern, hostPath, keptGlob, linearPattern, metricPattern, pathBelowRoot, revision, shortText } from './values.js';

export const targetSchema = z
  .strictObject({
    name: shortText(80).min(1).optional().describe('A name for people. Default: the name of the folder.'),
    base: revision.default('HEAD').describe('The revision to start from: a branch, a tag or a commit.'),
    setup: commandSpec.optional().describe('Installs dependencies. Runs once for each content of the `lockfiles`; its result is kept and used again.'),
    lockfiles: z.array(globPattern).default(['*.lock', '*.lockfile', 'package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'bun.lockb', 'package.json', 'requirements*.txt', 'pyproject.toml', 'setup.py', 'setup.cfg', 'Pipfile', 'pixi.toml', 'Cargo.toml', 'go.mod', 'go.sum', 'Gemfile', 'composer.json', 'mix.exs', 'deno.json', 'packages.lock.json', 'Package.resolved']).describe('The files that the result of `setup` depends on.'),
    protected: z.array(globPattern).default([]).describe('Files that no candidate may change, besides the built-in ones (tests, benchmarks, lock files, CI, this file).'),
    editable: z.array(globPattern).default([]).describe('Exceptions from the built-in protected files, for a repository whose own code lives in such a place (a library in `bench/`).'),
    link: z.array(pathBelowRoot).default([]).describe('Files and folders that a worktree needs and git does not hold (data sets, weights): linked from your checkout, read-only.'),
  })
  .prefault({});

export const benchmarkSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w.-]{0,39}$/, 'must start with a letter and hold at most 40 letters, digits, _ . or -').describe('Its name in tables and reports. Required; each benchmark has another.'),
  ...commandTable.shape,
});

export const metricSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w@.\- ]{0,59}$/, 'must start with a letter and hold at most 60 letters, digits, _ @ . - or spaces').describe('Its name in tables and reports. Required; each metric has another.'),
  source: z.enum(['wall', 'cpu', 'memory', 'regex']).optional().describe('`wall`: the milliseconds from start to exit, taken from outside. `cpu`: the milliseconds of CPU time, user and system, of all its processes, those included that outlive it; on a busy machine it varies much less than `wall`, and it does not see waiting. `memory`: the largest memory of one of its processes, in bytes (resident set). Both need Linux. `regex`: a number that the benchmark prints. Default: `regex` where `pattern` is given, else `wall`.'),
  pattern: metricPattern.optional().describe('A regular expression (RE2 syntax: no lookaround, no back-references) with exactly one group, which captures the number. `^` and `$` match at lines. Looked for in stdout and in stderr; the sample fails where both have matches.'),
  match: z.enum(['only', 'last', 'median']).default('only').describe('Which match of `pattern` counts. `only`: there must be exactly one, else the sample fails. `last`: the last. `median`: the median of all.'),
  skip: z.int().min(0).max(1_000_000).optional().describe('With `match = "median"`: so many of the first matches are left out (steps that warm up). Default: 0.'),
  unit: shortText(20).default('').describe('The unit, for tables and reports; it changes no number.'),
  benchmark: z.string().optional().describe('Which of the [[benchmarks]] it is taken of. Required with several, and only there.'),
  goal: z.enum(['min', 'max']).default('min').describe('`min`: less is better (a time). `max`: more is better (a rate).'),
  primary: z.boolean().default(false).describe('The verdict is about the primary metrics; every other one is a guard. When none is marked, the first is primary; with [[benchmarks]], the first of each.'),
  weight: z.number().positive().max(1000).default(1).describe('Weight in the mean of log ratios when several metrics are primary; more than 0.'),
  max_regression: z.number().min(0).max(10).default(0.05).describe('A guard may get worse by this fraction at most (`0.05`: 5%).'),
  floor: z.number().optional().describe('No sample of a candidate may be below this (recall, accuracy).'),
  ceiling: z.number().optional().describe('No sample of a candidate may be above this.'),
});

export const commandsSchema = z
  .strictObject({
    build: commandSpec.optional().describe('Builds the worktree.'),
    test: commandSpec.optional().describe('The tests. Must pass at the base and for every candidate.'),
    smoke: commandSpec.optional().describe('A quick run after the tests and before measuring; must exit with 0.'),
    benchmark: commandSpec.optional().describe('What is measured. A few tenths of a second of fixed work is best: it runs some dozens of times per candidate. Required for `run`, unless there are [[benchmarks]].'),
    profile: commandSpec.optional().describe('What is profiled, when that is not the benchmark.'),
    check: commandSpec.optional().describe('Prints results of the code, or writes them to files; they must be the same for champion and candidate, see [check].'),
  })
  .prefault({});

export const loopSchema = z
  .strictObject({
    rounds: z.int().min(1).max(1000).default(3).describe('At most this many rounds.'),
    plateau: z.int().min(1).max(1000).default(1).describe('Stop after this many rounds in a row without an accepted candidate.'),
    max_trials: z.int().min(1).max(100_000).default(100).describe('Budget of trials for the whole run.'),
    max_wall: durationMs.default(8 * 3_600_000).describe('Budget of wall time for the whole run. The time in which it only waits for a person, or is paused, is no part of it.'),
    candidates_per_round: z.int().min(1).max(100).default(8).describe('Of the candidates of a round, this many are tried, best ranked first.'),
    trials_at_once: z.union([z.literal('auto'), z.int().min(1).max(16)]).default('auto').describe('So many candidates are under way at once: their builds and tests overlap each other, but never a sample. `auto`: 2 where building and testing takes a quarter of a trial or more and no samples of the champion are shared, else 1.'),
    max_steps: z.int().min(1).max(1_000_000).optional().describe('Step executions of a round, where [[steps]] jump. Default: ten of each step, and at least 1,000.'),
    baseline: z.record(shortText(60).min(1), z.number()).optional().describe('Numbers by metric that steps of type `benchmark` are compared with. Default: what the first of them in the run reads. No verdict looks at them.'),
    round_timeout: durationMs.optional().describe('A round of [[steps]] that form a graph ends as failed after this long.'),
    ablation: z.boolean().default(true).describe('At the end, when more than one candidate was accepted, measures the result without each of them, the weakest first, and leaves out what adds less than half of `min_gain`.'),
  })
  .prefault({});

export const verdictSchema = z
  .strictObject({
    min_gain: z.number().min(0).max(1).default(0.02).describe('A gain up to this fraction counts as none (`0.02`: 2%). Below the noise of the benchmark, many more samples are needed.'),
    protocol: z.enum(['sequential', 'fixed']).default('sequential').describe('`sequential`: stops early when the samples have decided. `fixed`: a plain table of `runs` pairs after `warmups`.'),
    warmups: z.int().min(0).max(100).default(3).describe('Pairs thrown away first; `fixed` only.'),
    runs: z.int().min(6).max(1000).default(10).describe('Pairs measured; `fixed` only.'),
    builds: z.union([z.literal('auto'), z.int().min(1).max(16)], { error: 'must be "auto" or a whole number from 1 to 16' }).meta({ title: '`"auto"`, or a whole number, 1 to 16' }).default('auto').describe('Fresh builds of each side in a confirmation, at most: each pair is of one of them, so that the luck of a build does not pass for a gain. `auto`: 16 where there is no `build` command, 12 where there is one, 2 where one build takes more than two minutes and five samples. With 8 or 9 only the first and the last look can accept. Of fewer than 8 nobody can tell that luck, so a candidate has to gain more: 3.1 percentage points with 2, 4.4 with 1.'),
    share_champion: z.enum(['auto', 'always', 'never']).default('auto').describe('Whether the candidates of a round share the champion\'s samples in screening: one taken for an earlier candidate stands in for a new one, with a whole pair every fifth time as a control. `auto`: where a sample takes 5 s or more and varies by 1% at most. The confirmation never does. `sequential` only.'),
    noise_pairs: z.int().min(4).max(100).default(8).describe('A/A pairs at warm-up when the host has no history of this benchmark.'),
    final_pairs: z.int().min(10).max(200).default(30).describe('Pairs of the final measurement, champion against base, on as many fresh builds of each as a confirmation has.'),
    witness: z.enum(['auto', 'off']).default('auto').describe('`auto`: after a confirmation, counts the instructions of both sides with valgrind, where that is on the machine and a sample takes half a second at most. It explains the verdict, and what an inconclusive one may be worth; it decides nothing. `sequential` only.'),
    max_ratio: z.number().min(1).max(1e9).default(10).describe('A gain above this many times is not believed at once: it is measured again in a fresh clone, and then a person decides.'),
    roofline: z.number().positive().max(1e300).optional().describe('The best value that the primary metric can have, in its unit (of the wall time: ms): what bandwidth or arithmetic allow. A candidate that is better is treated as one above `max_ratio`.'),
  })
  .prefault({});

const recipeName = shortText(100).min(1);

export const proposeSchema = z
  .strictObject({
    recipes: z.boolean().default(true).describe('Propose deterministic rewrites of hot code; needs no key and no network.'),
    only: z.array(recipeName).default([]).describe('Only these recipes; empty: all.'),
    except: z.array(recipeName).default([]).describe('Not these recipes.'),
    overlap: z.boolean().default(true).describe('Models are asked while the candidates of recipes, script and agents are tried; half of `loop.candidates_per_round` is kept for what they propose. `false`: everything is proposed before anything is tried.'),
    agents_at_once: z.int().min(1).max(16).default(2).describe('So many of the [agents.NAME] work at the same time.'),
    adapt_agents: z.boolean().default(true).describe('After a round in which nothing of an agent was accepted, half as many attempts are begun, one at least; after one in which something was, twice as many, up to all `tries`. The agent that was accepted most gain by the time it took goes first.'),
    orchestrator: shortText(30).min(1).optional().describe('The name of an agent that writes the tasks of the others. It sees what they would see, and its answer is their task. It is no proposer itself. Default: the task that comes with perfloop.'),
    folder: pathBelowRoot.optional().describe('A folder of the repository with recipes of your own: rules of ast-grep with a `fix`, in YAML. See docs/own-recipes.md.'),
    seed: shortText(100).optional().describe('Seed of the order in which candidates are tried (Thompson sampling). Default: a new one for each round; `perfloop show <run> --why` tells it.'),
    retry_refused: z.boolean().default(false).describe('Tries candidates again that an earlier run refused, although the code around them and the benchmark are the same.'),
    script: commandSpec.optional().describe('A program that reads `{"v": 1, "finding": {…}}` on stdin and edits the worktree it runs in. Its first line of output is the title of the candidate.'),
    models: z.array(shortText(200).min(1).refine(isFreeName, notFree)).max(20).default([]).describe('Names of [models.NAME]: each judges the findings, and proposes changes for those that it finds real.'),
    knobs: knobSearchSchema.optional().describe('How knobs are searched; see docs/knobs.md.'),
  })
  .prefault({});

export const approvalSchema = z
  .strictObject({
    mode: z.enum(['never', 'risky', 'each', 'final']).default('risky').describe('Whether a person decides: never; on accepted candidates whose change has a flag (a new cache, a clock, a swallowed error: see docs/flags.md) or that are too good to believe; on each accepted candidate; or on the whole branch at the end.'),
    timeout: durationMs.default(7 * 24 * 3_600_000).describe('How long to wait for a decision.'),
    on_timeout: z.enum(['approve', 'reject']).default('reject').describe('What happens when nobody decided.'),
  })
  .prefault({});

export const measureSchema = z
  .strictObject({
    cpus: z.string().refine((text) => text === 'auto' || parseCpuList(text) !== null, 'must be `auto` or a list of CPUs such as `2-3` or `2,6`').optional().describe('The CPUs that benchmark, tests and checks are bound to, such as `2-3`; `auto`: all but the first core, where there are 4 CPUs or more. Default: none, since on most machines it makes the noise no smaller; `perfloop noise --try` shows what it does on yours. Linux.'),
    cold: z.boolean().default(false).describe('Takes the files of the worktree out of the page cache before each sample, also the linked ones. The interpreter and system libraries stay, since to drop them takes root. Linux, and a disk: not tmpfs.'),
  })
  .prefault({});

export const machineSchema = z
  .strictObject({
    tag: z.string().regex(/^[a-z][a-z0-9]*(\.[a-z0-9]+)*$/, 'must be lower-case words joined by dots, such as cpu or gpu.h100').default('cpu').describe('The kind of machine it needs: `perfloop worker --tag TAG` serves it.'),
  })
  .prefault({});

export const sandboxSchema = z
  .strictObject({
    mode: z.enum(['auto', 'require', 'off']).default('auto').describe('Whether the commands run in a sandbox (bubblewrap, Linux): without network, with the file system read-only but for the worktree and a temporary folder, out of sight of keys, other processes and everything of perfloop. `auto`: where it works, else with a warning. `require`: or not at all. `off`: never.'),
    network: z.boolean().default(false).describe('Whether commands other than `target.setup` and `propose.script`, which always have it, have the network.'),
    readable: z.array(hostPath).default([]).describe('Files and folders of the host to be seen although the sandbox hides them: below `/tmp` or `/run`, or among keys and settings that may hold a password.'),
    writable: z.array(hostPath).default([]).describe('Files and folders of the host that commands may write. What one execution leaves there the next one finds, also one of the other side.'),
    keep: z.array(keptGlob).default([]).describe('New files that an execution may leave in the worktree (`~/…`: in its home) for the next ones of its side, such as `target/**`: caches of compilers whose names depend on the code. All else that is new is removed, with a sandbox and without, unless both sides leave it and never change it again. A result can be in a cache too, so name as little as you can.'),
  })
  .prefault({});

export const profileSchema = z
  .strictObject({
    kind: z.enum(['auto', 'v8', 'cprofile', 'perf', 'pyspy', 'nsys', 'torch']).default('auto').describe('Which profiler: `v8` for Node, `cprofile` or `pyspy` for Python, `perf` for programs of any language, `nsys` for GPUs of NVIDIA, `torch` for Python programs that import torch. `auto`: `nsys` where the profiled command runs a Python program that imports torch and the machine has a GPU and nsys; `perf` where it runs a compiled program of the repository, or nothing of Node or Python comes up; else V8\'s and cProfile, by what the command starts. A profile that is brought (`perfloop run --profile FILE`) may be of any kind that perfloop reads.'),
    ignore: z.array(linearPattern).default([]).describe('Regular expressions (RE2 syntax). A function whose name matches one of them is left out.'),
    min_share: z.number().min(0).max(1).default(0.01).describe('A function with less of the time than this is not looked at.'),
    top: z.int().min(1).max(200).default(20).describe('How many of the hottest functions are looked at.'),
    reuse: z.union([z.literal(false), durationMs], { error: 'must be a duration such as "7d", or false' }).default(604_800_000).optional().describe('A profile of the same files, config, host and programs that is not older than this duration is used again, also by later runs; `false`: each is taken anew. What a command reads from elsewhere is not looked at. Default: a week.'),
  })
  .prefault({});

/** Written as [[name]]; a person easily forgets the second bracket. */
const listOfTables = <T extends z.ZodType>(name: string, element: T) =>
  z.array(element, { error: (issue) => (issue.code === 'invalid_type' ? `expected a list of tables: write [[${name}]], with two brackets, above each` : undefined) });

export const configSchema = z.strictObject({
  target: targetSchema.describe('What is made faster.'),
  commands: commandsSchema.describe('How it is built, tested and measured. Each is a string or a table.'),
  tests: testsSchema.describe('How the results of the `test` command are read. Every test that passes at the base must pass at a candidate, and none may be skipped that was not.'),
  check: checkSchema.describe('How the output of the `check` command, and of the benchmark, is compared between champion and candidate.'),
  service: serviceSchema.optional().describe('A service in place of `commands.benchmark`: each sample starts it in a fresh process on a port of its own, waits until it is ready, sends it a load and stops it. Without [[metrics]] it is judged by the time of the load, and its CPU time is a guard.'),
  benchmarks: listOfTables('benchmarks', benchmarkSchema).max(20).default([]).describe('Several benchmarks in place of `commands.benchmark`. A pair executes each of them on both sides, in random order. The verdict is about the weighted mean of their log ratios, and each is a guard as well.'),
  cases: listOfTables('cases', caseSchema).max(100).default([]).describe('Functions whose results are compared between champion and candidate: values with their types, exceptions, what happens to the arguments, which objects are shared, and all of it again on a second call, on changed arguments, and on equal ones.'),
  metrics: listOfTables('metrics', metricSchema).max(50).default([]).describe('What the benchmark is judged by. Without any: its wall time, as one metric. Of [[benchmarks]], each that has no metric here counts by its wall time, under its own name.'),
  loop: loopSchema.describe('When to stop.'),
  verdict: verdictSchema.describe('What counts as faster.'),
  propose: proposeSchema.describe('Where candidates come from.'),
  models: modelsSchema.describe('A language model, under a name of yours. None is used unless `propose.models` or a phase names it. See docs/models.md.'),
  phases: phasesSchema.describe('Which model works in a phase (NAME: `analyze`, `optimize` or `learn`), what differs there from its table, and the bounds of a conversation.'),
  budget: budgetSchema.describe('What the models of a run may use. A call that might pass a limit is not begun.'),
  agents: agentsSchema.describe('Command-line agents that propose changes, each in a table of its own. They edit, perfloop builds and tests, and tells them what failed. See docs/agents.md.'),
  knobs: listOfTables('knobs', declaredKnobSchema).max(50).default([]).describe('Numbers and choices of the target that may be turned: a value in a file, or an environment variable. How they are searched is said in [propose.knobs]. See docs/knobs.md.'),
  approval: approvalSchema.describe('Whether a person decides before something is accepted.'),
  machine: machineSchema.describe('Where it runs.'),
  measure: measureSchema.describe('How samples are taken.'),
  notify: listOfTables('notify', notifySchema).max(20).default([]).describe('Who is told when a run has finished, waits for a person, has accepted something or has spent its budget: see docs/notifications.md. In a fleet file: `[[defaults.overrides.notify]]`.'),
  sandbox: sandboxSchema.describe('What its commands may see and change.'),
  limits: limitsSchema.describe('What the processes of a command may take: of the target, and of agents and scripts.'),
  profile: profileSchema.describe('How it is profiled.'),
  step_types: stepTypesSchema.describe('Types of steps of your own: functions of a module, each in a process of its own. See docs/pipeline.md.'),
  steps: listOfTables('steps', stepSchema).max(10_000).default([]).describe('The plan of a round. Default: warmup, profile, analyze, optimize, execute, learn.'),
});

export type Config = z.infer<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type { CommandSpec } from './command-schema.js';
export type { StepConfig } from './steps-schema.js';
export type { StepTypeConfig } from './step-types-schema.js';
export type MetricConfig = z.infer<typeof metricSchema>;
