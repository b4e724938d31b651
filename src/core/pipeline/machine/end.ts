import { type Json, jsonCopy, setOwn } from '../../json-value.js';
import { nodeAt, type PlanNode } from '../graph/node.js';
import { entryAt } from '../keys/vector.js';
import { emptyVersion, joined, type Version } from '../keys/version.js';
import type { PipelineError } from './errors.js';
import type { Execution } from './history.js';
import { outputOf } from './outputs.js';
import { type Machine } from './state.js';
import { root } from './stop.js';

export interface End {
  status: 'done' | 'failed' | 'cancelled';
  /** Undefined: none. */
  output: Json | undefined;
  /** The state, with its keys sorted. Of a run that failed: what its steps had written by then. */
  state: { [key: string]: Json };
  errors: readonly PipelineError[];
  warnings: readonly string[];
  executions: number;
}

/** How a run ended; null while it goes on. */
export function end(machine: Machine): End | null {
  const { ended, errors, warnings, executions } = machine;
  if (ended === null) return null;
  const close = nodeAt(machine.plan, root(machine).partner);
  return { status: ended, output: ended === 'done' ? outputOf(machine, close) : undefined, state: stateOf(machine, close), errors, warnings, executions };
}

function stateOf(machine: Machine, close: PlanNode): { [key: string]: Json } {
  const version = machine.nodes.versions[close.index] ?? latest(machine);
  const state: { [key: string]: Json } = {};
  for (const key of machine.keys.names.toSorted()) {
    const slot = machine.keys.slots.get(key);
    const value = slot === undefined ? undefined : entryAt(version.vector, slot)?.value;
    if (value !== undefined) setOwn(state, key, jsonCopy(value));
  }
  return state;
}

/** What all that is done has left; the rest was let go because something later holds it. */
function latest({ nodes }: Machine): Version {
  const left = nodes.versions.filter((version) => version !== null);
  return left.length === 0 ? emptyVersion : joined(left, () => {});
}

/** An execution as others see it: with the name of its step, and its output by reference. */
export type Recorded = Omit<Execution, 'step' | 'output'> & { step: string; output: number | null };

/** The executions that are kept, in the order in which they began. */
export function history(machine: Machine): Recorded[] {
  return machine.history.all().map((execution) => ({ ...execution, step: nodeAt(machine.plan, execution.step).name, output: execution.output?.reference ?? null }));
}

/** The outputs that the references of the history stand for, each once, and the last one of every step. */
export function outputs(machine: Machine): ReadonlyMap<number, Json> {
  return machine.history.outputs();
}

/** The last output of a step, from whichever pass. Undefined: it never had one. */
export function lastOutput(machine: Machine, name: string): Json | undefined {
  const node = machine.plan.byName.get(name);
  return node === undefined ? undefined : machine.history.outputOf(node.index);
}
