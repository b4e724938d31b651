import { CancellationScope, condition, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { Config } from '../core/config/schema.js';
import type { StepConfig } from '../core/config/steps-schema.js';
import { planOf } from '../core/pipeline/plan-of.js';
import { asksPerson } from '../core/pipeline/graph/definition.js';
import { leadsTo } from '../core/pipeline/graph/leads-to.js';
import type { Plan } from '../core/pipeline/graph/node.js';
import { begin } from '../core/pipeline/machine/begin.js';
import { complete, type Outcome } from '../core/pipeline/machine/complete.js';
import { dump } from '../core/pipeline/machine/dump.js';
import { end, type End } from '../core/pipeline/machine/end.js';
import { expire, nextDeadline, stop, toCancel, withdrawUnneeded } from '../core/pipeline/machine/expire.js';
import { load } from '../core/pipeline/machine/load.js';
import { ready, type Work } from '../core/pipeline/machine/ready.js';
import { start } from '../core/pipeline/machine/start.js';
import type { Machine } from '../core/pipeline/machine/state.js';
import { stepsShown } from '../core/pipeline/machine/shown.js';
import { placedMessage } from '../core/pipeline/machine/errors.js';
import { jsonBytes, kilobytes, mostCarried } from '../core/run/carried.js';
import { endAsking, outOfTime, wallLeft, type RunModel } from '../core/run/model.js';
import { askedBy, openQuestions, takeBack } from '../core/run/questions.js';
import { describeFailure, refusal } from './failures.js';
import { warn, type Phases } from './phases.js';
import type { CompletedStep } from '../core/run/progress.js';
import { CompletedSteps } from './steps/completed.js';
import { StepLog } from './step-log.js';
import { dropUndecided } from './steps/judge-step.js';
import { runGraphStep } from './steps/run-step.js';

/** More at once would only wait for the machine. */
const mostAtOnce = 32;

/**
 * One round of steps that form a graph. Every step that is ready runs at once, each in a scope of its own, so that a timeout
 * or a lost race ends what it runs and nothing else. Where the history has grown long nothing new begins, what runs goes on
 * to its end, and `goOn` continues in a new execution. Gives why the run is to end now, since a budget is used; else null.
 */
export async function graphRound(phases: Phases, config: Config, goOn: () => Promise<never>): Promise<string | null> {
  const { model, control } = phases;
  const planned = planOf(config);
  const machine = model.graph == null ? begun(phases, planned) : load(planned, model.graph, Date.now());
  model.graph = null;
  control.steps = () => stepsShown(planned, machine);
  const round = new GraphRound(phases, config, machine, goOn);
  control.completed = () => round.completedSteps();
  const ended = await round.toEnd().finally(() => {
    model.status.steps = stepsShown(planned, machine);
    control.steps = null;
    control.completed = null;
  });
  for (const warning of ended.warnings) if (!model.status.warnings.includes(warning)) model.status.warnings.push(warning);
  dropUndecided(model);
  if (ended.status === 'failed') throw failureOf(ended, model.status.round, (step) => round.folderOf(step));
  if (round.spent !== null) warn(model, `The steps of round ${model.status.round} ended early: ${round.spent}.`);
  return round.spent;
}

/** What ended a round, and what else failed; with the folder of the logs of the first, and its input where that is not the run's. */
function failureOf({ errors }: End, round: number, folderOf: (step: string) => string | null): Error {
  const open = errors.filter(({ handled }) => !handled);
  // That of a race only repeats those of its members.
  const own = open.filter(({ code }) => code !== 'PL_RACE_LOST');
  const [first, ...others] = own.length > 0 ? own : open;
  if (first === undefined) return refusal('PL_STEP_FAILED', 'the pipeline failed');
  const { step, code, input, fix } = first;
  const folder = folderOf(step);
  const hints = [fix, folder === null ? undefined : `See its logs: ${folder}.`, input === null || input === JSON.stringify({ round }) ? undefined : `Its input was ${input}.`].filter((hint) => hint !== undefined);
  return refusal(code ?? 'PL_STEP_FAILED', [first, ...others].map(placedMessage).join('\nand: '), { where: `steps: ${step}`, ...(hints.length === 0 ? {} : { fix: hints.join(' ') }) });
}

/** Deciding by a verdict that is there costs nothing of a budget, and keeps what was measured; no more does asking a person before that. */
function isPaid(plan: Plan, step: string): boolean {
  const node = plan.byName.get(step);
  return node !== undefined && (node.definition.type === 'decide' || (asksPerson(node.definition) && leadsTo(plan, node, 'decide')));
}

/** A round from its beginning; of a run that goes on after another one, with what that had completed. */
function begun({ model, input: { run, resume } }: Phases, planned: Plan): Machine {
  model.completed = resume?.done.map(({ hash: _hash, ...step }) => step) ?? [];
  return start(planned, { run, input: { round: model.status.round }, ...(resume === undefined ? {} : { done: resume.done, hashes: new Map(resume.hashes) }) }, Date.now());
}

class GraphRound {
  private readonly log: StepLog;
  private readonly running = new Map<string, CancellationScope>();
  private changed = false;
  /** Something began in this execution of the workflow. */
  private begun = false;
  /** The run goes on in a new execution: what only waits for a person is let go here, and waits on there. */
  private leaving = false;
  /** Open questions that the store was told of. */
  private told: string;
  /** Of the workflow itself, such as its cancellation: it ends everything. */
  private fatal: { error: unknown } | null = null;
  private readonly completed: CompletedSteps;
  /** Why the round ends early: a budget is used. */
  spent: string | null = null;
  /** Steps that found it so. They are over when nothing runs any more, and have not failed. */
  private readonly unpaid: Work[] = [];

  constructor(
    private readonly phases: Phases,
    private readonly config: Config,
    private readonly machine: Machine,
    private readonly goOn: () => Promise<never>,
  ) {
    this.completed = new CompletedSteps(phases.model.completed ?? []);
    this.log = new StepLog(phases);
    // What was decided on the way into this execution, such as a race, may have ended a step that asks.
    const { questions = [] } = phases.model.status;
    for (const { step } of questions) if (!isRunning(machine, step)) takeBack(phases.model, step);
    this.told = openIds(phases.model);
  }

  /** Where the logs of its last execution are, below the home; null where none began in this execution of the workflow. */
  folderOf(step: string): string | null {
    const folder = this.log.folders.get(step);
    return folder === undefined ? null : `$PERFLOOP_HOME/logs/${this.phases.input.run}/${folder}`;
  }

  completedSteps(): CompletedStep[] {
    return this.completed.of(this.machine);
  }

  async toEnd(): Promise<End> {
    try {
      while (end(this.machine) === null && this.fatal === null) {
        if (this.onlyAsks() && this.spent === null && this.isLong()) await this.continueLater();
        await this.step();
      }
    } finally {
      // Nobody may take away the ground of what still runs, such as a command that is being killed.
      await CancellationScope.nonCancellable(() => condition(() => this.running.size === 0));
      this.phases.model.completed = this.completedSteps();
      if (!this.leaving) this.phases.control.setAwaiting(false);
    }
    if (this.fatal !== null) throw this.fatal.error;
    const ended = end(this.machine);
    if (ended === null) throw new Error('the round has not ended');
    await this.log.flush();
    return ended;
  }

  /** Begins what may begin, ends what has to end, and waits until something happens. */
  private async step(): Promise<void> {
    const { machine, phases: { model, control } } = this;
    const now = Date.now();
    this.changed = false;
    // As in a chain: what runs when a person stops the run goes on to its end, which it hastens itself, and nothing else begins.
    if (model.stopping && this.onlyAsks()) return await this.endNow('the run was stopped', now);
    this.spent ??= outOfTime(model, now);
    const holding = model.paused || model.stopping || (this.spent === null && this.isLong());
    let due = nextDeadline(machine) ?? Infinity;
    for (const work of ready(machine, now, holding ? 0 : Math.max(0, mostAtOnce - this.busy()))) {
      if (this.spent !== null && !isPaid(machine.plan, work.name)) continue;
      if (work.delayMs > 0) due = Math.min(due, now + work.delayMs);
      else this.begin(work, now);
    }
    if (this.spent !== null && !holding && this.onlyAsks() && ![...this.running.keys()].some((name) => isPaid(machine.plan, name))) return await this.endNow(this.spent, now);
    withdrawUnneeded(machine);
    for (const { name } of toCancel(machine)) this.cancel(name, now);
    due = Math.min(due, nextDeadline(machine) ?? Infinity);
    if (end(machine) !== null) return;
    const { paused, stopping } = model;
    // Nobody else wakes up where only a retry is waited for.
    if (this.running.size === 0 && due < Infinity) due = Math.min(due, now + wallLeft(model, now));
    const asked = openIds(model);
    const waits = asked !== '' && this.onlyAsks();
    const idle = waits || (model.paused && this.onlyAsks() && patched('pause-costs-no-time'));
    if (idle) model.askingSince = now;
    if (control.setAwaiting(waits) || asked !== this.told) this.log.now();
    this.told = asked;
    const happened = (): boolean => this.changed || openIds(model) !== asked || this.fatal !== null || model.stopping !== stopping || model.paused !== paused;
    if (due === Infinity) await condition(happened);
    else await condition(happened, Math.max(1, due - now));
    if (idle) endAsking(model, Date.now());
    if (due <= Date.now()) expire(machine, Date.now());
  }

  /** Ends the round with what is done: nothing runs but what waits for a person, which is taken back. */
  private async endNow(why: string, now: number): Promise<void> {
    stop(this.machine, why, now);
    for (const { name } of this.unpaid.splice(0)) complete(this.machine, name, { kind: 'cancelled' }, now);
    for (const { name } of toCancel(this.machine)) this.cancel(name, now);
    if (this.running.size > 0) await condition(() => this.running.size === 0);
  }

  /** Steps that run and do not wait for a person. */
  private busy(): number {
    return [...this.running.keys()].filter((name) => askedBy(this.phases.model.status, name) === undefined).length;
  }

  /** Nothing runs but what waits for a person, or nothing at all. */
  private onlyAsks(): boolean {
    return this.busy() === 0;
  }

  private begin(work: Work, now: number): void {
    begin(this.machine, work.name, now);
    const { model } = this.phases;
    const asked = askedBy(model.status, work.name);
    // To wait on is nothing new, or a limit of events that is small would be reached by it again and again.
    this.begun ||= asked === undefined;
    work.order = model.begun = (model.begun ?? 0) + 1;
    this.log.began(work, asked?.since ?? now);
    const scope = new CancellationScope();
    this.running.set(work.name, scope);
    void scope.run(() => runGraphStep(this.phases, work.step.definition as unknown as StepConfig, work)).then(
      (result) => this.over(work, { kind: 'done', ...result }),
      (error: unknown) => this.failed(work, error),
    );
  }

  private cancel(name: string, now: number): void {
    const scope = this.running.get(name);
    if (scope !== undefined) return scope.cancel();
    if (this.unpaid.some((work) => work.name === name)) return;
    // It waited for a person in an earlier execution, and has not begun to wait in this one.
    takeBack(this.phases.model, name);
    complete(this.machine, name, { kind: 'cancelled' }, now);
    this.changed = true;
  }

  private failed(work: Work, error: unknown): void {
    if (this.leaving) return void this.running.delete(work.name);
    const asked = toCancel(this.machine).some(({ name }) => name === work.name);
    if (isCancellation(error) && !asked) this.fatal ??= { error };
    if (isCancellation(error)) return this.over(work, { kind: 'cancelled' });
    const { code, message, fix } = describeFailure(error);
    const outcome: Outcome = { kind: 'failed', error: { code, message, ...(fix === undefined ? {} : { fix }) } };
    if (code !== 'PL_BUDGET_SPENT' || asked) return this.over(work, outcome);
    this.running.delete(work.name);
    this.changed = true;
    this.log.ended(work, outcome);
    this.spent ??= message;
    this.unpaid.push(work);
  }

  private over(work: Work, outcome: Outcome): void {
    this.running.delete(work.name);
    if (this.leaving) return;
    takeBack(this.phases.model, work.name);
    this.changed = true;
    this.log.ended(work, outcome);
    if (this.fatal !== null) return;
    const { machine } = this;
    const counts = outcome.kind === 'done' && !machine.cancelling.has(work.step.index);
    const failures = machine.errors.length;
    complete(machine, work.name, outcome, Date.now());
    if (counts && machine.errors.length === failures) this.completed.add(work, outcome);
  }

  /** Whether the history is to go on in a new execution as soon as nothing runs. What is still being proposed would be lost. */
  private isLong(): boolean {
    if (this.phases.late !== undefined) return false;
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const { mostEvents: most } = this.phases.input;
    // However small the limit is, every execution gets on.
    return continueAsNewSuggested || (this.begun && most !== undefined && historyLength >= most);
  }

  private async continueLater(): Promise<never> {
    const { machine, phases: { model } } = this;
    this.leaving = true;
    for (const scope of this.running.values()) scope.cancel();
    await condition(() => this.running.size === 0);
    model.completed = this.completed.all();
    model.graph = dump(machine);
    const kept = jsonBytes(model.graph);
    const carried = (): number => kept + jsonBytes(this.config) + jsonBytes({ ...model, graph: null });
    // Without it a run that goes on after this one begins its round anew.
    if (carried() > mostCarried) model.completed = [];
    const whole = carried();
    if (whole > mostCarried) throw refusal('PL_PIPELINE_STATE', `the run has to carry ${kilobytes(whole)}, of which ${kilobytes(kept)} are what the steps left; at most ${kilobytes(mostCarried)} can be carried`, { where: 'steps', fix: 'Let steps write large results to files, and hand on their paths.' });
    await this.log.flush();
    return this.goOn();
  }
}

function isRunning({ plan, running }: Machine, step: string): boolean {
  const node = plan.byName.get(step);
  return node !== undefined && running.has(node.index);
}

const openIds = ({ status }: RunModel): string => openQuestions(status).map(({ id }) => id).join(' ');
