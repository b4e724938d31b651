import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { allHandlersFinished, ChildWorkflowCancellationType, condition, continueAsNew, defineQuery, defineSignal, getExternalWorkflowHandle, isCancellation, ParentClosePolicy, proxyActivities, setHandler, startChild, workflowInfo } from '@temporalio/workflow';
import { workflowOf, type FleetActivities, type FleetRunInput, type FleetRunResult } from '../core/fleet/fleet-run.js';
import type { FleetTarget } from '../core/fleet/parse.js';
import { priorityOf } from '../core/fleet/priority.js';
import { scheduleId, sweepId, sweptId } from '../core/fleet/schedules.js';
import { begun, freePlaces, isSwept, newSweep, over, steered, sweepStatus, type Sweep, type SweepEnd, type SweepInput, type SweepStatus } from '../core/fleet/sweep.js';
import { messageNames, type Steer, type StopSweep } from '../core/messages.js';
import { queues } from '../core/queues.js';
import type { WatchResult } from '../core/watch/contracts.js';
import { describeFailure } from './failures.js';
import { tried } from './tried.js';

/** What continue-as-new adds to the input of a client. */
export type SweepWorkflowInput = SweepInput & { carry?: Sweep };

export const sweepStatusQuery = defineQuery<SweepStatus, [{ from?: number }?]>(messageNames.status);
const pauseSignal = defineSignal<[Partial<Steer>?]>(messageNames.pause);
const resumeSignal = defineSignal<[Partial<Steer>?]>(messageNames.resume);
const stopSignal = defineSignal<[Partial<StopSweep>?]>(messageNames.stop);
/** A run of a target tells its sweep how it ended. */
export const runEndedSignal = defineSignal<[Omit<SweepEnd, 'at'>]>('runEnded');

/** Asked of the server in one activity. */
const mostAsked = 50;
/** A run that was terminated tells nobody, so now and then the server is asked. */
const lookEvery = '5 minutes';
/** After what did not get on. */
const againAfter = '1 minute';

/** Runs the targets of a fleet now, so many at once. They go on when this is ended. */
export async function fleet(input: SweepWorkflowInput): Promise<SweepStatus> {
  return new Sweeper(input, input.carry ?? newSweep(input, Date.now())).sweep();
}

class Sweeper {
  private readonly activities: ReturnType<typeof proxyActivities<FleetActivities>>;
  /** Counts what happened, for who waits for something to happen. */
  private happened = 0;
  /** However small the limit of events is, every execution gets on. */
  private gotOn = false;

  constructor(
    private readonly input: SweepInput,
    private readonly state: Sweep,
  ) {
    this.activities = proxyActivities<FleetActivities>({ taskQueue: queues.fleet(input.queuePrefix), startToCloseTimeout: '5 minutes', heartbeatTimeout: '10 seconds', retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 } });
    setHandler(sweepStatusQuery, ({ from = 0 } = {}) => sweepStatus(state, input, from));
    setHandler(pauseSignal, (message) => this.changed(() => steered(state, 'pause', message, Date.now())));
    setHandler(resumeSignal, (message) => this.changed(() => steered(state, 'resume', message, Date.now())));
    setHandler(stopSignal, (message) => this.changed(() => steered(state, 'stop', message, Date.now())));
    setHandler(runEndedSignal, (end) => this.changed(() => void (this.gotOn = over(state, { ...end, at: Date.now() }) || this.gotOn)));
  }

  async sweep(): Promise<SweepStatus> {
    const { state, input } = this;
    while (!isSwept(state)) {
      if (this.isLong()) await this.goOn();
      if (state.stopping?.cancelRuns === true) await this.cancelRuns();
      const seen = this.happened;
      const hasPlace = freePlaces(state, input.open) > 0;
      if (hasPlace && (await this.startNext())) continue;
      const told = await condition(() => this.happened !== seen, hasPlace ? againAfter : lookEvery);
      if (!told) await this.look();
    }
    state.endedAt = Date.now();
    await condition(allHandlersFinished);
    return sweepStatus(state, input);
  }

  private changed(change: () => void): void {
    change();
    this.happened += 1;
  }

  private isLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return this.gotOn && (continueAsNewSuggested || historyLength >= (this.input.mostEvents ?? Infinity));
  }

  private async goOn(): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof fleet>({ ...this.input, carry: this.state });
  }

  /** Starts as many as there are places for. Gives whether it got on. */
  private async startNext(): Promise<boolean> {
    const { state, input } = this;
    const names = state.waiting.slice(0, Math.min(freePlaces(state, input.open), mostAsked));
    const schedules = names.map((name) => scheduleId(input.queuePrefix, input.fleet, name));
    const found = await tried(this.state, async () => this.activities.fleetTargets.executeWithOptions({ summary: names.length === 1 ? (names[0] ?? '') : `${names.length} targets` }, [{ v: 1, schedules }]));
    if (found === null) return false;
    await Promise.all(found.map(async (now, index) => {
      const [target = '', schedule = ''] = [names[index], schedules[index]];
      // Somebody may have stopped it while the server was asked.
      if (state.stopping !== null) return;
      if (now.kind === 'left-out') over(state, { target, outcome: now, at: Date.now() });
      else await this.start(now.target, schedule);
    }));
    this.gotOn = true;
    return true;
  }

  private async start(target: FleetTarget, schedule: string): Promise<void> {
    const { state, input: { fleet: of, queuePrefix, who } } = this;
    const workflow = sweptId(schedule);
    const input: FleetRunInput = { v: 1, fleet: of, target, schedule, queuePrefix, who, sweep: sweepId(queuePrefix, of) };
    // It counts from now on: its end may be told before its start is.
    begun(state, { target: target.name, workflow, since: Date.now() });
    try {
      await startChild<(input: FleetRunInput) => Promise<FleetRunResult | WatchResult>>(workflowOf(target), { workflowId: workflow, args: [input], workflowTaskTimeout: '5 seconds', memo: { fleet: of, target: target.name }, staticSummary: `${target.name} of fleet ${of}`, priority: priorityOf(target), parentClosePolicy: ParentClosePolicy.ABANDON, cancellationType: ChildWorkflowCancellationType.ABANDON });
    } catch (error) {
      if (isCancellation(error)) throw error;
      const why = error instanceof WorkflowExecutionAlreadyStartedError ? 'its run of an earlier sweep goes on' : describeFailure(error).message;
      over(state, { target: target.name, outcome: { kind: 'left-out', why }, at: Date.now() });
    }
  }

  private async cancelRuns(): Promise<void> {
    await Promise.all(this.state.running.filter(({ cancelling }) => cancelling !== true).map(async (run) => {
      run.cancelling = true;
      await tried(this.state, async () => getExternalWorkflowHandle(run.workflow).cancel());
    }));
  }

  /** Asks the server which of the open runs have ended. */
  private async look(): Promise<void> {
    const { running } = this.state;
    for (let first = 0; first < running.length; first += mostAsked) {
      const asked = running.slice(first, first + mostAsked);
      const ends = await tried(this.state, async () => this.activities.fleetEnds.executeWithOptions({ summary: 'which runs go on' }, [{ v: 1, workflows: asked.map(({ workflow }) => workflow) }]));
      for (const [index, outcome] of (ends ?? []).entries()) {
        const { target = '' } = asked[index] ?? {};
        if (outcome !== null) this.gotOn = over(this.state, { target, outcome, at: Date.now() }) || this.gotOn;
      }
    }
  }
}
