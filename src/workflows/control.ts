import { ApplicationFailure, condition, patched, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes } from '../core/messages.js';
import type { Config } from '../core/config/schema.js';
import { decidedTrial } from '../core/run/decided-trial.js';
import type { Spell } from '../core/run/spell.js';
import type { StepRecord } from '../core/run/step-record.js';
import type { TimedPhase } from '../core/run/timed-phases.js';
import { decideProblem, setBudgetProblem, trialStateProblem } from '../core/run/check-message.js';
import { decide, endAsking, refuseDecision, setBudget, setTrialState, steered, type RunModel } from '../core/run/model.js';
import type { StepsShown } from '../core/pipeline/machine/shown.js';
import type { CompletedStep, Progress } from '../core/run/progress.js';
import type { RunState, RunStatus, TrialSummary } from '../core/status.js';
import type { NotifyConfig } from '../core/config/notify-schema.js';
import { runEvents } from '../core/notify/run-events.js';
import { notify } from './notify.js';
import { hubActivities } from './activities.js';
import { decideSignal, decideUpdate, cancellingSignal, pauseSignal, resumeSignal, setBudgetUpdate, statusQuery, stopSignal, trialStateSignal } from './messages.js';

/** Executions of steps in one record. */
const mostSteps = 100;

/** What every kind of run shares: its messages, its search attributes, and its record in the store. */
export class RunControl {
  /** How far a round of steps that form a graph is. Counted when somebody asks: after every event it would be slow. Null: in no such round. */
  steps: (() => StepsShown) | null = null;
  /** What such a round has completed so far. Null: as the model says. */
  completed: (() => CompletedStep[]) | null = null;
  /** Nothing of the round goes on until a person answers what steps ask. */
  private awaiting: boolean;

  constructor(
    readonly model: RunModel,
    private readonly queuePrefix: string,
    /** Steps that ask a person. */
    asking: readonly string[] = [],
    /** Who is told what happens. */
    private readonly channels: readonly NotifyConfig[] = [],
  ) {
    this.awaiting = model.status.state === 'awaiting-approval';
    setHandler(statusQuery, () => this.status());
    // Validators are synchronous: an async one wedges the workflow.
    setHandler(decideUpdate, (message) => decide(model, message, Date.now()), {
      validator: (message) => {
        refuseBadMessage(decideProblem(message));
        const refused = refuseDecision(model, message, asking);
        if (refused !== null) throw ApplicationFailure.create({ type: refused.code, message: refused.text, nonRetryable: true });
      },
    });
    setHandler(decideSignal, (message) => {
      const problem = decideProblem(message);
      if (problem === null) decide(model, message, Date.now());
      else this.ignored('decide', problem);
    });
    setHandler(
      setBudgetUpdate,
      (change) => {
        setBudget(model, change);
        steered(model, 'setBudget', change, Date.now());
        return model.status.budget;
      },
      { validator: (change) => refuseBadMessage(setBudgetProblem(change)) },
    );
    setHandler(pauseSignal, (message) => {
      model.paused = true;
      steered(model, 'pause', message, Date.now());
      this.show();
    });
    setHandler(resumeSignal, (message) => {
      model.paused = false;
      steered(model, 'resume', message, Date.now());
      this.show();
    });
    setHandler(stopSignal, (message) => {
      model.stopping = true;
      steered(model, 'stop', message, Date.now());
      this.show();
    });
    setHandler(cancellingSignal, (message) => steered(model, 'cancel', message, Date.now()));
    setHandler(trialStateSignal, (message) => {
      const problem = trialStateProblem(message);
      if (problem === null) setTrialState(model, message.trial, message.state);
      else this.ignored('trialState', problem);
    });
  }

  /** A signal has no answer, so what is wrong with it is told by the status. */
  private ignored(signal: string, problem: string): void {
    const { warnings } = this.model.status;
    const text = `A signal \`${signal}\` was ignored: ${problem}.`;
    if (!warnings.includes(text)) warnings.push(text);
  }

  /** The whole state of the run as it is now. */
  whole(): RunModel {
    return { ...this.model, status: this.status(), ...(this.completed === null ? {} : { completed: this.completed() }) };
  }

  private status(): RunStatus {
    const { status, waiting, askingMs, askingSince } = this.model;
    const budget = { ...status.budget, ...(askingMs === undefined ? {} : { askingMs }), ...(askingSince === undefined ? {} : { askingSince }) };
    return { ...status, budget, ...(this.steps === null ? {} : { steps: this.steps() }), ...(Object.keys(waiting).length === 0 ? {} : { waiting: { ...waiting } }) };
  }

  /** Waits while the run is paused, which costs no wall time of its budget. A stop ends the pause. */
  async whilePaused(): Promise<void> {
    const { model } = this;
    if (!model.paused) return;
    model.askingSince ??= Date.now();
    await this.record();
    await condition(() => !model.paused || model.stopping);
    endAsking(model, Date.now(), patched('pause-costs-no-time'));
    this.show();
  }

  enter(phase: TimedPhase, doing: string): void {
    this.goTo(phase, doing);
  }

  /** A step of a graph is shown by its type. */
  enterStep(type: string, doing: string): void {
    this.goTo(type, doing);
  }

  private goTo(phase: string, doing: string): void {
    this.model.status.doing = doing;
    if (this.model.status.phase === phase) return;
    this.leavePhase();
    this.model.status.phase = phase;
    this.show();
  }

  /** Steps of a graph run side by side, so they have times of their own instead. */
  private leavePhase(): void {
    const { model, spells } = this;
    const now = Date.now();
    if (model.phaseSince !== undefined) spells.push({ phase: model.status.phase, began: model.phaseSince, ended: now });
    if (this.steps === null) model.phaseSince = now;
    else delete model.phaseSince;
  }

  end(state: RunState): void {
    const { status } = this.model;
    this.leavePhase();
    status.state = state;
    status.endedAt = Date.now();
    status.doing = '';
    this.attributes();
  }

  /** Whether nothing of the round goes on until a person answers. Gives whether that is new. */
  setAwaiting(awaiting: boolean): boolean {
    if (this.awaiting === awaiting) return false;
    this.awaiting = awaiting;
    this.show();
    return true;
  }

  /** The state that follows from pause, stop and waiting. */
  show(): void {
    const { model } = this;
    if (model.status.endedAt !== null) return;
    if (model.stopping) model.status.state = 'stopping';
    else if (model.paused) model.status.state = 'paused';
    else if (this.awaiting || model.status.phase === 'approval') model.status.state = 'awaiting-approval';
    else model.status.state = 'running';
    this.attributes();
  }

  /** Executions of steps that have ended, and are not recorded yet. */
  readonly ended: StepRecord[] = [];

  /** Phases that have ended, and are not recorded yet. */
  private readonly spells: Spell[] = [];

  /** Writes what changed to the store; at an end before its time, also what another run needs to go on. `plan`: with the first record. */
  async record(progress: Progress | null = null, plan?: Pick<Config, 'steps' | 'loop'>): Promise<void> {
    const { model } = this;
    model.status.budget.wallMs = Date.now() - model.status.startedAt;
    const { trials, decisions, ...status } = this.status();
    const changed = trials.map((trial, position) => ({ position, trial })).filter(({ trial }) => model.recorded[trial.id] !== stamp(trial));
    for (const { trial } of changed) model.recorded[trial.id] = stamp(trial);
    const steps = this.ended.splice(0, mostSteps);
    const spells = this.spells.splice(0);
    const decided = trials.findLast(({ verdict, state }) => verdict !== null && state === 'decided');
    const more = { ...(progress === null ? {} : { progress }), ...(plan === undefined ? {} : { plan }), ...(steps.length === 0 ? {} : { steps }), ...(spells.length === 0 ? {} : { spells }), ...(decided === undefined ? {} : { lastDecision: decidedTrial(decided) }) };
    await hubActivities(this.queuePrefix).recordRun.executeWithOptions({ summary: `record: ${status.state}` }, [{ v: 1, status, trials: changed, decisions, ...more }]);
    // Not even awaited where there is nobody to tell: that would change the order of what runs side by side.
    if (this.channels.length > 0) await this.tell();
  }

  /** Has told what nobody was told before. What is recorded is in the store by then, for who looks. */
  private async tell(): Promise<void> {
    const { model, channels } = this;
    if (channels.length === 0) return;
    for (const event of runEvents(model, Date.now())) {
      if (model.told?.includes(event.id) === true) continue;
      model.told = [...(model.told ?? []), event.id];
      await notify(this.queuePrefix, channels, event);
    }
  }

  private attributes(): void {
    const { status, lease } = this.model;
    upsertSearchAttributes({
      [searchAttributes.target]: [status.target.id],
      [searchAttributes.phase]: [status.phase],
      [searchAttributes.status]: [status.state],
      [searchAttributes.round]: [status.round],
      ...(lease?.gpu == null ? {} : { [searchAttributes.gpu]: [lease.gpu] }),
      ...(status.speedup === null ? {} : { [searchAttributes.speedup]: [status.speedup.ratio] }),
    });
    upsertMemo({ champion: status.champion, accepted: status.accepted, trials: status.trials.length, speedup: status.speedup?.ratio ?? null });
  }
}

function refuseBadMessage(problem: string | null): void {
  if (problem !== null) throw ApplicationFailure.create({ type: 'PL_BAD_MESSAGE', message: problem, nonRetryable: true });
}

/** What of a trial changes between two records. Leaving out another one writes its commit anew. */
function stamp({ state, verdict, commit, dropped, explained }: TrialSummary): string {
  return `${state} ${verdict?.kind ?? ''} ${commit ?? ''}${dropped === true ? ' dropped' : ''}${explained === undefined ? '' : ' explained'}`;
}

