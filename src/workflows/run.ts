import { allHandlersFinished, CancellationScope, CancelledFailure, condition, ContinueAsNew, continueAsNew, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import type { RunInput } from '../core/inputs.js';
import { complete, ready, start } from '../core/pipeline/state.js';
import { plan, type PlannedStep } from '../core/pipeline/plan.js';
import { usesGraph } from '../core/pipeline/uses-graph.js';
import { closeTrials, newModel, type RunModel } from '../core/run/model.js';
import { progressOf, type RunLeft } from '../core/run/progress.js';
import { askingSteps } from '../core/run/questions.js';
import { endOfLoop } from '../core/run/round.js';
import type { RunStatus } from '../core/status.js';
import { hostActivities } from './activities.js';
import { analyze } from './analyze.js';
import { RunControl } from './control.js';
import { execute } from './execute.js';
import { graphRound } from './graph-round.js';
import { describeFailure, refusal, wasCancelled } from './failures.js';
import { finish } from './finish.js';
import { HostSession } from './host-session.js';
import { progressQuery } from './messages.js';
import { optimize } from './optimize.js';
import { withoutGraph } from './without-graph.js';
import { learn } from './learn.js';
import { recheck } from './recheck.js';
import { ChampionOnce } from './steps/champion-once.js';
import { OneAtATime } from './steps/one-at-a-time.js';
import { commandStep, profile, scopeOf, warmup, warn, type Phases } from './phases.js';

/** What continue-as-new adds to the input of a client. */
export type RunWorkflowInput = RunInput & { carry?: RunModel };

/** A run: rounds of steps until nothing more is found, the budget is used, or a person stops it. */
export async function run(input: RunWorkflowInput): Promise<RunStatus> {
  const model = input.carry ?? input.resume?.model ?? newModel(input, 'run', Date.now());
  const control = new RunControl(model, input.queuePrefix, askingSteps(input.config.steps), (input.config as Partial<RunWorkflowInput['config']>).notify ?? []);
  const session = new HostSession(input.queuePrefix, scopeOf(input, 'run'), input.config.machine.tag, model.lease, (why) => warn(model, `The work began again: ${why}.`));
  const phases: Phases = { input: withoutGraph(input), model, control, session, exclusive: new OneAtATime(), prepared: new ChampionOnce() };
  setHandler(progressQuery, (): RunLeft => ({ v: 1, target: input.target, model: control.whole() }));
  return guarded(phases, async () => {
    if (input.carry === undefined) {
      control.show();
      await control.record(null, { steps: input.config.steps, loop: input.config.loop });
    }
    if (input.carry === undefined) await recheck(phases, { graph: usesGraph(input.config.steps) });
    control.enter('finish', await rounds(phases, input));
    await finish(phases);
  });
}

/** Goes on to the next round in a new execution, so that no history grows without bound. Returns why the loop ended. */
async function rounds(phases: Phases, input: RunWorkflowInput): Promise<string> {
  const { model, control } = phases;
  const later = (): Promise<never> => goOn(phases, input);
  let spent: string | null;
  try {
    spent = await (usesGraph(input.config.steps) ? graphRound(phases, input.config, later) : chain(phases, later));
  } finally {
    await phases.late?.end();
  }
  await closeOpened(phases);
  // What a person has yet to decide on is not nothing.
  const waits = model.status.trials.some((trial) => trial.round === model.status.round && trial.state === 'awaiting-approval');
  model.dry = waits || model.status.accepted > model.acceptedBefore ? 0 : model.dry + 1;
  model.acceptedBefore = model.status.accepted;
  const end = spent ?? endOfLoop(model, input.config.loop.plateau, Date.now());
  if (end !== null) return end;
  model.status.round += 1;
  model.pipeline = null;
  delete model.completed;
  delete model.begun;
  await control.record();
  return later();
}

/** The steps of the round, one after another. Gives null: a budget that is used ends none of them. */
async function chain(phases: Phases, later: () => Promise<never>): Promise<null> {
  const { input, model, control } = phases;
  const steps = plan(input.config.steps);
  model.pipeline ??= start(steps);
  for (;;) {
    const [step] = ready(steps, model.pipeline);
    if (step === undefined) break;
    await control.whilePaused();
    if (model.stopping) break;
    phases.folder = `${step.name}-${model.status.round}`;
    await runStep(phases, step);
    delete phases.folder;
    model.status.lastStep = { name: step.name, round: model.status.round, status: 'done', at: Date.now() };
    model.pipeline = complete(steps, model.pipeline, step.name, { kind: 'done' });
    // What is still being proposed would be lost.
    if (phases.late === undefined && workflowInfo().continueAsNewSuggested && ready(steps, model.pipeline).length > 0) await later();
  }
  return null;
}

async function goOn({ model, session }: Phases, { resume: _resume, ...input }: RunWorkflowInput): Promise<never> {
  model.lease = session.lease;
  await condition(allHandlersFinished);
  return continueAsNew<typeof run>({ ...input, carry: model });
}

async function runStep(phases: Phases, step: PlannedStep): Promise<void> {
  const { model, session } = phases;
  switch (step.type) {
    case 'warmup':
      return model.noise === null ? warmup(phases.input, phases, true) : undefined;
    case 'profile':
      return profile(phases);
    case 'analyze':
      return analyze(phases);
    case 'optimize':
      return optimize(phases);
    case 'execute':
      return execute(phases);
    case 'learn':
      return learn(phases);
    case 'command':
      if (step.command === null) throw refusal('PL_STEPS_INVALID', `step ${step.name} has no command`);
      return commandStep(phases, step.name, step.command);
    case 'noop':
      return session.onHost((on) => on.host('ping', step.name, { v: 1 }));
    default:
      throw refusal('PL_STEPS_INVALID', `step ${step.name} of type ${step.type} is none of a chain`);
  }
}

async function closeOpened({ input, model, session }: Pick<Phases, 'input' | 'model' | 'session'>): Promise<void> {
  const { lease } = session;
  const keys = model.opened;
  model.opened = [];
  if (lease === null || keys.length === 0) return;
  try {
    await hostActivities(input.queuePrefix, lease).closeWorktrees.executeWithOptions({ summary: 'remove worktrees' }, [{ ...scopeOf(input, 'champion'), target: input.target, keys }]);
  } catch (error) {
    // A host that is gone reclaims its worktrees when it starts again.
    if (isCancellation(error)) throw error;
  }
}

/** Runs the body; whatever happens, the store and the status say how it ended. */
export async function guarded(phases: Pick<Phases, 'input' | 'model' | 'control' | 'session'>, body: () => Promise<void>): Promise<RunStatus> {
  const { model, control } = phases;
  try {
    await body();
    control.end('done');
    await control.record(progressOf(model, phases.input.target));
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = wasCancelled(error);
    await CancellationScope.nonCancellable(async () => {
      await closeOpened(phases);
      if (!cancelled) model.status.error = describeFailure(error);
      closeTrials(model, cancelled ? 'The run was cancelled before this was decided.' : 'The run failed before this was decided.');
      control.end(cancelled ? 'cancelled' : 'failed');
      await control.record(progressOf(model, phases.input.target));
    });
    throw cancelled ? new CancelledFailure('cancelled') : refusal(model.status.error?.code ?? 'PL_BUG', model.status.error?.message ?? 'unknown', { ...(model.status.error?.where === undefined ? {} : { where: model.status.error.where }), ...(model.status.error?.fix === undefined ? {} : { fix: model.status.error.fix }) });
  }
  await condition(allHandlersFinished);
  return control.whole().status;
}
