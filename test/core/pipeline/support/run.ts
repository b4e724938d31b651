import type { PipelineSettings, StepDefinition } from '../../../../src/core/pipeline/graph/definition.js';
import { plan } from '../../../../src/core/pipeline/graph/plan.js';
import { type Execution, type Handler, runInProcess } from '../../../../src/core/pipeline/in-process.js';
import type { End } from '../../../../src/core/pipeline/machine/end.js';
import { VirtualClock } from './virtual-clock.js';

export interface Ran extends End {
  /** Name and count of each execution, in the order in which they began: `a1`. */
  order: string[];
  /** Their inputs by the same names. */
  inputs: Record<string, unknown>;
}

/** A step of a type whose handler does nothing. */
export function step(name: string, more: Partial<StepDefinition> = {}): StepDefinition {
  return { type: 'step', name, ...more };
}

export interface Setting {
  state?: Record<string, unknown>;
  input?: unknown;
  settings?: PipelineSettings;
  clock?: VirtualClock;
  abandonAfter?: number;
  concurrency?: number;
}

/** Runs steps whose handlers are given by name; a step without one returns its name. */
export async function run(steps: readonly StepDefinition[], handlers: Record<string, (execution: Execution, clock: VirtualClock) => unknown> = {}, { settings = {}, clock = new VirtualClock(), ...rest }: Setting = {}): Promise<Ran> {
  const order: string[] = [];
  const inputs: Record<string, unknown> = {};
  const any: Handler = (execution) => {
    const name = `${execution.name}${execution.count}`;
    order.push(name);
    inputs[name] = execution.input;
    const handler = Object.hasOwn(handlers, execution.name) ? handlers[execution.name] : undefined;
    return handler === undefined ? execution.name : handler(execution, clock);
  };
  const end = await runInProcess(plan(steps, settings), { step: any }, { run: 'run-7', clock, ...rest });
  return { ...end, order, inputs };
}

/** A handler that fails. */
export const fails = (message: string) => (): never => {
  throw new Error(message);
};
