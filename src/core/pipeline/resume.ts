import type { Config } from '../config/schema.js';
import { start as startGraph } from './machine/start.js';
import { type DoneStep, status } from './machine/state.js';
import { plan } from './plan.js';
import { planOf } from './plan-of.js';
import type { PipelineState } from './state.js';
import { start } from './state.js';

type Steps = Pick<Config, 'steps' | 'loop'>;

/** The steps of a chain that a run has completed in its round, in order: what was left out is none of them. */
export function doneOfChain(steps: Config['steps'], pipeline: PipelineState | null): string[] {
  const skipped = new Set(pipeline?.skipped.map(({ step }) => step));
  return plan(steps).slice(0, pipeline?.position ?? 0).filter(({ name, enabled }) => enabled && !skipped.has(name)).map(({ name }) => name);
}

/**
 * How far a chain is that goes on after `done`: up to the first step that was not done, or whose settings have changed.
 * Everything after it needs it, so that it runs again. O(steps).
 */
export function chainAfter(steps: Config['steps'], done: readonly string[], isSame: (step: string) => boolean): { pipeline: PipelineState; taken: string[] } {
  const planned = plan(steps);
  let next = 0;
  let position = 0;
  const taken: string[] = [];
  for (const { name, enabled } of planned) {
    const isNext = done[next] === name;
    if (enabled && !(isNext && isSame(name))) break;
    if (enabled) taken.push(name);
    if (isNext) next += 1;
    position += 1;
  }
  return { pipeline: { ...start(planned), position }, taken };
}

/** The steps of a graph that a run does not run again when it goes on after `done`: what has changed, and what needs that, does. */
export function takenOfGraph(config: Steps, done: readonly DoneStep[], hashes: ReadonlyMap<string, string>): string[] {
  const planned = planOf(config);
  const machine = startGraph(planned, { run: 'resume', done, hashes }, 0);
  return planned.nodes.filter(({ kind, index }) => kind === 'step' && machine.nodes.status[index] === status.done).map(({ name }) => name);
}
