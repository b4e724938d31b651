import { benchmarksText } from '../core/config/benchmarks.js';
import { knobSearchOf } from '../core/config/knob-search.js';
import { formatDuration } from '../core/duration-text.js';
import type { Work as StepWork } from '../core/pipeline/machine/ready.js';
import type { RunInput } from '../core/inputs.js';
import type { Scope, WorktreeRef } from '../core/run/contracts.js';
import { noteMachine } from '../core/run/machine.js';
import type { RunModel } from '../core/run/model.js';
import { hasCases } from '../core/check/cases/has-cases.js';
import { printedNote } from '../core/check/printed-rule.js';
import { biasNote, loadNote, untestedNote } from '../core/run/notes.js';
import type { Reused } from '../core/run/spell.js';
import { stepFolder } from '../core/run/step-record.js';
import type { Budget } from '../core/verdict/budget.js';
import { hubActivities } from './activities.js';
import { adoptBaseTests } from './candidate-tests.js';
import type { RunControl } from './control.js';
import { describeFailure, refusal } from './failures.js';
import { mustAgree, mustRun, readyWorktrees, type Work } from './ground.js';
import type { HostHandle, HostSession } from './host-session.js';
import type { SearchEnd } from './knobs.js';
import type { LateProposals } from './late-proposals.js';
import { moreOfBase, mustFit, noiseOnHost } from './noise.js';
import type { ChampionOnce } from './steps/champion-once.js';
import type { OneAtATime } from './steps/one-at-a-time.js';

/** What the phases of a round work with. */
export interface Phases {
  input: RunInput;
  model: RunModel;
  control: RunControl;
  session: HostSession;
  /** Of a judgement that has one. */
  budget?: Budget;
  /** Of a judgement whose sides are exchanged. */
  onlySpeed?: true;
  /** What is still being proposed while candidates are tried. */
  late?: LateProposals;
  /** What may not go on beside others of its kind, where steps form a graph. */
  exclusive: OneAtATime;
  /** What the commands of such steps run in. */
  prepared: ChampionOnce;
  /** Of the step that is under way, where no other is: the folder of its logs. */
  folder?: string;
  /** How the last search of knobs ended. */
  knobs?: SearchEnd;
}

export function scopeOf(work: Pick<Work, 'run'>, phase: string): Scope {
  return { v: 1, run: work.run, trial: phase };
}

/** Of an execution of a step: its logs lie in a folder of their own, in the order in which executions began. */
export function scopeOfStep({ input, model }: Pick<Phases, 'input' | 'model'>, { order, name }: StepWork): Scope {
  return scopeOf(input, stepFolder(model.status.round, order, name));
}

/** Of a phase that can run several times in a round, as steps of their own names or again after a jump. */
export function scopeOfPhase({ input, model, folder }: Phases, phase: string): Scope {
  return scopeOf(input, folder ?? `${phase}-${model.status.round}`);
}

/** The base must build, pass its tests and run its benchmark; then the noise of the benchmark says what it will cost. */
export async function warmup(work: Work, { model, control, session, budget }: Pick<Phases, 'model' | 'control' | 'session' | 'budget'>, survey: boolean): Promise<void> {
  const { target, config, run } = work;
  const scope = scopeOf(work, 'warmup');
  await session.onHost((on) => on.withWorktrees({ ...scope, target, keys: [`${run}/warmup/a`, `${run}/warmup/b`] }, async (keys) => {
    control.enter('warmup', 'building the base');
    const began = Date.now();
    const reused: Reused = {};
    // The second worktree finds what the first one left.
    const found = (role: 'setup' | 'build', cached: boolean): void => void (reused[role] ??= cached);
    const opened = await readyWorktrees(on, work, scope, keys.map((key) => ({ key, commit: target.base })), { cacheBuild: true, code: 'PL_BASE_RED', found });
    const [a, b] = opened as [WorktreeRef, WorktreeRef];
    control.enter('warmup', 'testing the base');
    const tested = await mustRun(on, work, scope, a, 'test', false, 'PL_BASE_RED');
    if (tested !== null) adoptBaseTests(model, tested, on.lease.host, config.commands.test?.run ?? '', (text) => warn(model, text));
    await mustRun(on, work, scope, a, 'smoke', false, 'PL_BASE_RED');
    model.preparingSeconds = (Date.now() - began) / 1000;
    if (config.commands.check !== undefined || hasCases(config)) control.enter('warmup', 'comparing the outputs of the base');
    await mustAgree(on, work, scope, a, b);
    // What a trial has to build and test is about what the base took.
    const ahead = budget === undefined ? undefined : { budget, otherSeconds: (Date.now() - began) / 1000 };
    control.enter('warmup', 'trying the benchmark');
    const tried = await on.bench('tryBenchmark', 'the benchmark once', { ...scope, target, config, lease: on.lease, worktree: a });
    if (!tried.ok) throw refusal('PL_BENCHMARK_FAILED', `the benchmark does not work on the base: ${tried.problem}\n${tried.tail}`.trimEnd(), { where: `${config.commands.benchmark === undefined ? 'benchmarks' : 'commands.benchmark'}: ${benchmarksText(config)}`, fix: 'Run it by hand in a fresh clone; check `metrics` in perfloop.toml against what it prints.' });
    if (model.status.evidence !== undefined) model.status.evidence.environment = tried.environment;
    for (const note of tried.notes ?? []) warn(model, note);
    if (survey) {
      const surveyed = await on.host('survey', 'survey of the repository', { ...scope, target, config, worktree: a, benchmark: tried, testMs: tested?.wallMs ?? null });
      model.survey = surveyed.survey;
      if (model.status.evidence !== undefined) model.status.evidence.survey = surveyed.survey;
      for (const warning of surveyed.warnings) warn(model, warning);
      await hubActivities(work.queuePrefix).recordSurvey.executeWithOptions({ summary: 'remember the survey' }, [{ v: 1, target: target.id, base: target.base.commit, at: Date.now(), survey: surveyed.survey }]);
    }
    const untested = untestedNote(config);
    if (untested !== null) warn(model, untested);
    control.enter('warmup', 'measuring the noise of the benchmark');
    const measured = await noiseOnHost(on, { ...work, trial: 'warmup' }, [{ a, b }], { seconds: tried.wallMs / 1000, sources: tried.sources, ahead, more: () => moreOfBase(on, work, scope, keys) });
    model.noise = { ...measured.noise, host: on.lease.host };
    model.status.reused = { ...model.status.reused, ...reused, noise: measured.reused };
    const bias = biasNote(config.verdict.min_gain, measured.noise);
    if (bias !== null) warn(model, bias);
    const load = loadNote(config, measured.noise);
    if (load !== null) warn(model, load);
    const printed = printedNote(config, measured.noise.printed);
    if (printed !== null) warn(model, printed);
    if (ahead !== undefined) mustFit(ahead, config, measured.noise, 0);
    if (measured.plan.budget?.note) warn(model, measured.plan.budget.note);
    model.status.plan = measured.plan;
    model.status.samplesSpent += measured.spent;
    noteMachine(model.status, on.lease);
    model.lease = on.lease;
  }));
  await control.record();
}

export async function profile(phases: Phases): Promise<void> {
  const { input, model, control, session } = phases;
  await session.onHost(async (on) => {
    const { profiled: known } = model;
    if (known?.accepted === true && known.commit === model.champion.commit && known.host === on.lease.host) return control.enter('profile', 'the champion was profiled when it was accepted');
    control.enter('profile', input.profile === undefined ? 'profiling the champion' : 'importing the profile');
    const worktree = await championWorktree(on, phases);
    const profiled = await orNone(phases, on.bench('profile', 'profile', { ...scopeOfPhase(phases, 'profile'), target: input.target, config: input.config, lease: on.lease, worktree, brought: input.profile ?? null }));
    if (profiled === null) return;
    tellReused(phases, profiled.reused);
    model.profile = profiled.profile;
    if (input.profile === undefined) model.profiled = { commit: model.champion.commit, host: on.lease.host, accepted: false };
    model.lease = on.lease;
  });
}

function tellReused({ input, model, control }: Phases, reused: { run: string; at: number } | null | undefined): void {
  if (reused === undefined) return;
  const found = model.status.reused?.profile ?? (reused !== null && reused.run !== input.run);
  model.status.reused = { ...model.status.reused, profile: found };
  if (reused !== null) control.enter('profile', `the profile that ${reused.run} took of the same files ${formatDuration(Math.max(0, Date.now() - reused.at))} ago is used again`);
}

/** Knobs are turned without a profile, so that one which cannot be taken ends no run that searches them. */
async function orNone<T>({ input, model }: Phases, profiling: Promise<T>): Promise<T | null> {
  try {
    return await profiling;
  } catch (error) {
    const { code, message } = describeFailure(error);
    if (knobSearchOf(input.config) === null || input.profile !== undefined || !/^PL_(?:PROFILE|PERF)_/.test(code)) throw error;
    warn(model, `Without a profile only knobs are turned, and no code is changed: ${message} (${code})`);
    return null;
  }
}

export async function commandStep({ input, model, control, session }: Phases, name: string, command: NonNullable<RunInput['config']['steps'][number]['command']>): Promise<void> {
  await session.onHost(async (on) => {
    control.enter('command', name);
    const worktree = await championWorktree(on, { input, model });
    const outcome = await on.host('runCommand', name, { ...scopeOf(input, `${name}-${model.status.round}`), target: input.target, config: input.config, worktree, role: 'command', command, cache: false });
    if (!outcome.ok) throw refusal('PL_STEP_FAILED', `step ${name} failed: ${outcome.problem}\n${outcome.tail}`.trimEnd(), { where: `steps: ${name}: ${command.run}`, fix: 'See the log of the step in the run\'s folder of logs.' });
  });
}

function championKey(run: string, model: RunModel): string {
  return `${run}/champion/${model.champion.commit.slice(0, 12)}`;
}

export async function championWorktree(on: HostHandle, { input, model }: Pick<Phases, 'input' | 'model'>): Promise<WorktreeRef> {
  const key = championKey(input.run, model);
  if (!model.opened.includes(key)) model.opened.push(key);
  const [worktree] = await readyWorktrees(on, input, scopeOf(input, 'champion'), [{ key, commit: model.champion }], { cacheBuild: true, code: 'PL_CHAMPION_RED' });
  if (worktree === undefined) throw new Error('one worktree was asked for');
  return worktree;
}

export function warn(model: RunModel, text: string): void {
  if (!model.status.warnings.includes(text)) model.status.warnings.push(text);
}
