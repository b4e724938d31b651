import { PerfloopError } from '../../errors.js';
import { nodeAt, type Plan } from '../graph/node.js';
import { emptyVector, type Vector, withEntry } from '../keys/vector.js';
import type { Entry, Version } from '../keys/version.js';
import { advance } from './advance.js';
import { complete } from './complete.js';
import { type Dump, fingerprint } from './dump.js';
import type { Execution, Output } from './history.js';
import { blank } from './start.js';
import { at, isOver, type Machine } from './state.js';

/**
 * Goes on with a run that was dumped. What ran then does not run any more: `ready` offers it again, with the same count
 * and attempt, but what was to be killed is gone. Throws `PL_PIPELINE_CHANGED` when the dump is of another plan.
 */
export function load(plan: Plan, dumped: Dump, now: number): Machine {
  if (dumped.v !== 1 || dumped.plan !== fingerprint(plan)) {
    throw new PerfloopError('PL_PIPELINE_CHANGED', `run ${dumped.run} was started with another plan, which it keeps`, { fix: 'Go on with the plan that the run was started with, or start a new run with `done` steps of this one.' });
  }
  const machine = blank(plan, dumped.run, dumped.input, dumped.keys, dumped.earlier === null ? null : { done: dumped.earlier.done, hashes: new Map(dumped.earlier.hashes) });
  restoreColumns(machine, dumped);
  restoreMaps(machine, dumped);
  restoreHistory(machine, dumped);
  restoreDeadlines(machine);
  for (const index of dumped.running) if (!machine.cancelling.has(index)) machine.interrupted.add(index);
  for (const index of machine.cancelling.keys()) complete(machine, nodeAt(plan, index).name, { kind: 'cancelled' }, now);
  advance(machine, now);
  return machine;
}

function restoreColumns({ nodes }: Machine, dumped: Dump): void {
  nodes.status.set(dumped.status);
  nodes.open.set(dumped.open);
  nodes.live.set(dumped.live);
  nodes.uses.set(dumped.uses);
  nodes.count.set(dumped.count);
  nodes.attempts.set(dumped.attempts);
  nodes.fresh.set(dumped.fresh);
  nodes.startedAt.set(dumped.startedAt);
}

function restoreHistory({ history, plan }: Machine, dumped: Dump): void {
  const outputs = new Map(dumped.outputs.map(([reference, value]): [number, Output] => [reference, { reference, value }]));
  const executions = dumped.executions.map(([step, count, attempt, status, startedAt, endedAt, output, error, sequence]): Execution => ({
    step,
    count,
    attempt,
    status,
    startedAt,
    endedAt,
    error,
    sequence,
    output: output === null ? null : (outputs.get(output) ?? null),
  }));
  history.restore(executions, dumped.lastOutputs.map((reference) => outputs.get(reference) ?? null), plan.nodes.map(({ retain }) => retain));
}

function restoreMaps(machine: Machine, dumped: Dump): void {
  const versions = restoreVersions(dumped);
  for (const [index, place] of dumped.versionOf.entries()) machine.nodes.versions[index] = versions[place] ?? null;
  for (const [node, version, input] of dumped.landings) machine.landings.set(node, { input, version: versions[version] ?? null });
  machine.queue = [...dumped.queue];
  machine.settled = [...dumped.settled];
  machine.jumps = dumped.jumps.map(({ from, target, input }) => ({ from, target, input }));
  for (const index of dumped.running) machine.running.add(index);
  for (const index of dumped.cut) machine.cut.add(index);
  for (const index of dumped.jumpedOver ?? []) machine.jumpedOver.add(index);
  for (const [index, due] of dumped.delayed) machine.delayed.set(index, due);
  for (const [index, reason] of dumped.cancelling) machine.cancelling.set(index, reason);
  for (const [index, stop] of dumped.stops) machine.stops.set(index, { ...stop });
  for (const [index, winner] of dumped.winners) machine.winners.set(index, winner);
  for (const [index, error] of dumped.lastErrors) machine.lastErrors.set(index, error);
  machine.errors.push(...dumped.errors.map((error) => ({ ...error })));
  machine.warnings.push(...dumped.warnings);
  machine.executions = dumped.executionCount;
  machine.jumpsTaken = dumped.jumpsTaken;
  machine.ended = dumped.ended;
}

function restoreVersions({ entries, vectors, versions }: Dump): Version[] {
  const table = entries.map(([order, writer, count, over, overCount, value]): Entry => ({ order, writer, count, over, overCount, value }));
  let vector = emptyVector<Entry | undefined>();
  const restored = vectors.map((changes) => {
    for (const [slot, place] of changes) vector = withEntry(vector, slot, table[place]);
    return vector as Vector<Entry>;
  });
  const first = emptyVector<Entry>();
  return versions.map(([place, base, delta]) => ({ vector: restored[place] ?? first, base: restored[base] ?? null, delta }));
}

/** Of groups; a step's begins anew with the step. */
function restoreDeadlines({ plan, nodes, deadlines }: Machine): void {
  for (const { kind, index, partner, timeout } of plan.nodes) {
    if (kind !== 'open' || timeout === null || !isOver(at(nodes.status, index)) || at(nodes.count, index) === 0) continue;
    if (isOver(at(nodes.status, partner))) continue;
    deadlines.add({ at: at(nodes.startedAt, index) + timeout, index, startedAt: at(nodes.startedAt, index) });
  }
}
