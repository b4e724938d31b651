import { isCancellation, patched } from '@temporalio/workflow';
import { addUsage, noUsage, type AgentAttempt, type AgentFailure, type AgentIteration, type PastTrial, type TaskWriting } from '../core/agent/attempt.js';
import { beginningOf, mostStatusText, mostText } from '../core/agent/bounds.js';
import { endOf, noProgress, progressAfter, type AgentEdit, type AgentProgress } from '../core/agent/progress.js';
import type { ArtifactRef } from '../core/artifact.js';
import type { CandidateRef } from '../core/candidate.js';
import type { Config } from '../core/config/schema.js';
import { oneLine } from '../core/one-line.js';
import type { AgentWork, BaseTests, CommandOutcome, CommandRole, WorktreeRef } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import type { CommitRef, Target } from '../core/target.js';
import { judgeTests } from '../core/tests/judge.js';
import { describeFailure, endingWith, hasCode, refusal } from './failures.js';
import { GroundLost, HostSession, type HostHandle } from './host-session.js';

export interface AgentAttemptInput {
  v: 1;
  run: string;
  /** Such as `r1-codex-2`. */
  id: string;
  round: number;
  target: Target;
  config: Config;
  queuePrefix: string;
  champion: CommitRef;
  lease: Lease | null;
  agent: string;
  attempt: AgentWork['attempt'];
  findings: ArtifactRef | null;
  history: PastTrial[];
  /** What models wrote down in this run. Absent where they wrote nothing. */
  notes?: string[];
  /** What its tests are compared with. Absent where only the exit code counts. */
  tests?: BaseTests;
  /** Of an attempt that is a step of a pipeline. `prompt`: its task, as a step before it wrote it. `begin`: the edit that it goes on with, if any, and what it is told of that. `unverified`: steps after it build and test what it edits. */
  step?: { prompt: ArtifactRef | null; begin: { edit: AgentEdit | null; failure: AgentFailure } | null; unverified?: true };
}

export interface AgentAttemptResult {
  attempt: AgentAttempt;
  /** JSON of Candidate[]; null where it came to nothing. */
  proposals: ArtifactRef | null;
  /** Of a step: what it came to; absent where that is nothing. */
  change?: { edit: AgentEdit; candidate: CandidateRef };
  lease: Lease | null;
}

/**
 * An agent edits, what it edited is built and tested, and a failure goes back to it, until it passes or may edit no more. Fails
 * with PL_AGENT_SETUP or PL_AGENT_GROUND, or as an activity did; the run goes on without it.
 */
export async function agentAttempt(input: AgentAttemptInput): Promise<AgentAttemptResult> {
  const session = new HostSession(input.queuePrefix, { v: 1, run: input.run, trial: input.id }, input.config.machine.tag, input.lease);
  // Outside of the work on a host: where that begins again on another, it goes on at the iteration in hand.
  const state: State = { task: input.step?.prompt ?? undefined, writer: null, iterations: [], progress: { ...noProgress, edit: input.step?.begin?.edit ?? null }, failure: input.step?.begin?.failure ?? null, spent: false, broken: null };
  try {
    const kept = await session.onHost((on) => new AttemptOnHost(input, on, state).toEnd());
    return { ...kept, lease: session.lease };
  } catch (error) {
    // Not by the code of the worktree: the ground of the run itself is still there.
    const failure = error instanceof GroundLost || hasCode(error, 'PL_WORKTREE_GONE') ? refusal('PL_AGENT_GROUND', 'the host or a worktree of the agent was lost again and again') : endingWith('PL_AGENT_FAILED', error);
    if (isCancellation(error) || !patched('failed-attempts-kept')) throw failure;
    const { code, message } = describeFailure(failure);
    state.spent ||= code === 'PL_BUDGET_SPENT';
    state.broken = `${beginningOf(oneLine(message), mostStatusText - 100)} (${code})`;
    // What its iterations cost and came to is kept, whatever ended it. Where not even that can be done, the failure says more.
    const kept = await session.onHost((on) => new AttemptOnHost(input, on, state).keep()).catch((reason: unknown) => {
      throw isCancellation(reason) ? reason : failure;
    });
    return { ...kept, lease: session.lease };
  }
}

interface State {
  /** By an orchestrator; null: the one that comes with perfloop; undefined: not asked for yet. */
  task: ArtifactRef | null | undefined;
  writer: TaskWriting | null;
  iterations: AgentIteration[];
  progress: AgentProgress;
  /** Of the last iteration. */
  failure: AgentFailure | null;
  /** The budget of the run holds no further iteration. */
  spent: boolean;
  /** Why perfloop could not go on; null where it could. */
  broken: string | null;
}

/** Nothing follows upon these. What edited nothing would only be asked the same again. */
const ends: ReadonlySet<AgentIteration['outcome']> = new Set(['passed', 'edited', 'unchanged']);

class AttemptOnHost {
  private readonly work: AgentWork;

  constructor(
    private readonly input: AgentAttemptInput,
    private readonly on: HostHandle,
    private readonly state: State,
  ) {
    const { run, id, target, config, agent, findings, history, attempt, notes } = input;
    this.work = { v: 1, run, trial: id, target, config, agent, findings, history, attempt, ...(notes === undefined ? {} : { notes }) };
  }

  async toEnd(): Promise<Omit<AgentAttemptResult, 'lease'>> {
    const { state } = this;
    const { config, agent } = this.input;
    const most = config.agents[agent]?.max_iterations ?? 1;
    if (state.task === undefined) state.task = await this.task();
    for (let number = state.iterations.length + 1; number <= most; number++) {
      const iteration = await this.iterate(number, state.task ?? null).catch((error: unknown) => {
        if (state.iterations.length === 0 || !hasCode(error, 'PL_BUDGET_SPENT')) throw error;
        return null;
      });
      state.spent = iteration === null;
      if (iteration === null) break;
      state.iterations.push(iteration);
      if (ends.has(iteration.outcome)) break;
    }
    return this.keep();
  }

  private async iterate(number: number, task: ArtifactRef | null): Promise<AgentIteration> {
    const { state, work, on } = this;
    const { champion } = this.input;
    const key = (what: string): string => `${work.run}/${work.trial}/${what}-${number}`;
    const [editing, checking] = [key('edit'), key('check')];
    return on.withWorktrees({ v: 1, run: work.run, trial: work.trial, target: work.target, keys: [editing, checking] }, async () => {
      const worktree = await this.open(editing, state.progress.edit?.commit ?? champion);
      const ready = await this.command(worktree, 'setup', true);
      if (ready?.ok === false) throw refusal('PL_AGENT_SETUP', `the setup command failed in the worktree of an agent: ${ready.problem}`, { where: 'target.setup' });
      const ran = await on.host('runAgent', `${work.agent}, iteration ${number}`, { ...work, champion, worktree, iteration: number, task, failure: state.failure });
      const { prompt, log, usage, wallMs, problem, edit, prompts } = ran;
      const done = (outcome: AgentIteration['outcome'], text: string, failed: Partial<AgentFailure> = {}): AgentIteration => {
        const { diff } = (edit.kind === 'changed' ? edit : state.progress.edit) ?? { diff: null };
        const what = beginningOf(text, mostText);
        state.failure = { what, log: null, diff, ...failed };
        return { number, outcome, text: what, problem, prompt, log, diff, usage, wallMs, ...(prompts === undefined ? {} : { prompts }) };
      };
      state.progress = progressAfter(state.progress, edit);
      if (edit.kind === 'leaked') return done('leaked', `The edit was thrown away: it writes the value of a key into ${edit.files.slice(0, 5).join(', ')}.`, { dropped: true });
      if (edit.kind === 'too-large' || edit.kind === 'nested') return done(edit.kind, edit.why, { dropped: true });
      if (edit.kind === 'unchanged') return done('unchanged', problem !== '' ? problem : edit.said === '' ? 'It edited nothing.' : `It edited nothing, and says: ${edit.said}`);
      if (edit.kind === 'taken-back') return done('unchanged', 'It took back what it had edited.');
      // Set-up and build never run on such an edit: the next iteration begins with the one before.
      if (edit.refused !== null) return done('protected', edit.refused, { dropped: true });
      if (this.input.step?.unverified === true) return done('edited', edit.title);
      const failed = await this.check(checking, edit.commit);
      return failed === null ? done('passed', edit.title) : done(failed.outcome, failed.text, { log: failed.log });
    });
  }

  /** Builds and tests, as a trial will; null where both pass. */
  private async check(key: string, commit: CommitRef): Promise<{ outcome: 'build-failed' | 'tests-failed'; text: string; log: ArtifactRef | null } | null> {
    const { tests } = this.input;
    const worktree = await this.open(key, commit);
    for (const role of ['setup', 'build'] as const) {
      const outcome = await this.command(worktree, role, true);
      if (outcome?.ok === false) return { outcome: 'build-failed', text: `The ${role} command fails: ${outcome.problem}.`, log: outcome.log };
    }
    const tested = await this.command(worktree, 'test', false, tests);
    if (tested === null) return null;
    const judged = judgeTests({ ...tested, tail: '' }, tested.tests?.compared);
    // What fails at times on the champion, too, is for the trial to find out.
    return judged.kind === 'refused' ? { outcome: 'tests-failed', text: `The tests fail: ${judged.text}`, log: tested.log } : null;
  }

  private async task(): Promise<ArtifactRef | null> {
    const { work, on } = this;
    const { orchestrator } = work.config.propose;
    if (orchestrator === undefined) return null;
    const key = `${work.run}/${work.trial}/task`;
    return on.withWorktrees({ v: 1, run: work.run, trial: work.trial, target: work.target, keys: [key] }, async () => {
      const { task, ...writer } = await on.host('writeTask', `${orchestrator} writes the task`, { ...work, agent: orchestrator, worktree: await this.open(key, this.input.champion) });
      this.state.writer = { agent: orchestrator, ...writer };
      return task;
    });
  }

  async keep(): Promise<Omit<AgentAttemptResult, 'lease'>> {
    const { state, work, on } = this;
    const { id, round, agent, config, findings } = this.input;
    const { last, edit } = endOf(state.progress, state.iterations);
    const end = state.broken === null || last?.outcome === 'passed' || last?.outcome === 'edited' ? last : { outcome: 'failed' as const, text: state.broken };
    if (end === undefined) throw new Error('an agent may edit once at least');
    const { record, proposals, candidate } = await on.host('keepAttempt', 'keep what it did', { v: 1, run: work.run, trial: work.trial, agent, findings, iterations: state.iterations, edit });
    const usage = state.iterations.reduce((sum, iteration) => addUsage(sum, iteration.usage), noUsage);
    return { proposals, ...(this.input.step === undefined || candidate === undefined || edit === null ? {} : { change: { edit, candidate } }), attempt: { id, round, agent, unsafe: config.agents[agent]?.unsafe === true, outcome: end.outcome, text: beginningOf(end.text, mostStatusText), iterations: state.iterations.length, usage, ...(state.writer === null ? {} : { writer: state.writer }), ...(state.spent ? { spent: true } : {}), record } };
  }

  private async open(key: string, commit: CommitRef): Promise<WorktreeRef> {
    const { run, trial, target, config } = this.work;
    const [worktree] = await this.on.host('openWorktrees', `worktree of ${commit.commit.slice(0, 10)}`, { v: 1, run, trial, target, config, worktrees: [{ key, commit }] });
    if (worktree === undefined) throw new Error('one worktree was asked for');
    return worktree;
  }

  private async command(worktree: WorktreeRef, role: Exclude<CommandRole, 'command' | 'smoke'>, cache: boolean, tests?: BaseTests): Promise<CommandOutcome | null> {
    const { run, trial, target, config } = this.work;
    const command = role === 'setup' ? config.target.setup : config.commands[role];
    if (command === undefined) return null;
    return this.on.host('runCommand', role, { v: 1, run, trial, target, config, worktree, role, command, cache, ...(tests === undefined ? {} : { tests: { base: tests.runs, plain: tests.plain } }) });
  }
}
