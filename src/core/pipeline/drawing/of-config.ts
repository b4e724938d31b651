import type { Config } from '../../config/schema.js';
import { openQuestions } from '../../run/questions.js';
import type { RunStatus } from '../../status.js';
import { mostStates } from '../machine/shown.js';
import { plan, type PlannedStep, writtenSteps } from '../plan.js';
import { planOf } from '../plan-of.js';
import { encodeStates, type ShownStates, type StepState } from '../step-states.js';
import { usesGraph } from '../uses-graph.js';
import { type Drawn, drawn } from './drawn.js';
import { folded } from './fold.js';

/** The steps of a config as they are drawn, with the states of a run where there is one. */
export function drawnConfig(config: Pick<Config, 'steps' | 'loop'>, status: RunStatus | null): Drawn[] {
  const steps = [...writtenSteps(config.steps)];
  return folded(drawn(planOf({ ...config, steps }), status === null ? null : shownStates(config, status)));
}

/** The same for a run that goes on, of which many statuses are drawn; null where its steps form no graph, or are too many for their states to be known. */
export function graphOfRun(config: Pick<Config, 'steps' | 'loop'>): ((status: RunStatus) => Drawn[]) | null {
  if (!usesGraph(config.steps)) return null;
  const planned = planOf(config);
  return planned.nodes.length > 2 * mostStates ? null : (status) => folded(drawn(planned, statesOfGraph(status)));
}

/** Null where nothing is known of them, as with runs of earlier versions. */
export function shownStates(config: Pick<Config, 'steps' | 'loop'>, status: RunStatus): ShownStates | null {
  if (usesGraph(config.steps)) return statesOfGraph(status);
  const states = chainStates(plan(config.steps), status);
  return states === null ? null : { states: encodeStates(states) };
}

function statesOfGraph(status: RunStatus): ShownStates | null {
  return status.steps === undefined ? null : { ...status.steps, asking: openQuestions(status).map(({ step }) => step) };
}

/** Of a chain a status names the step that ended last; the next one runs, or is what the run ended with. */
function chainStates(steps: readonly PlannedStep[], { state, round, lastStep, endedAt }: RunStatus): StepState[] | null {
  if (lastStep === undefined && endedAt !== null) return null;
  const last = lastStep?.round === round ? steps.findIndex(({ name }) => name === lastStep.name) : -1;
  const next = steps.findIndex(({ enabled }, place) => enabled && place > last);
  const current: StepState = endedAt === null ? 'running' : state === 'failed' ? 'failed' : state === 'cancelled' ? 'cancelled' : 'waiting';
  return steps.map(({ enabled }, place) => (!enabled ? 'off' : place <= last ? 'done' : place === next ? current : 'waiting'));
}
