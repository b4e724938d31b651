import { PerfloopError } from '../../errors.js';
import { type Json, setOwn } from '../../json-value.js';
import { nodeAt, nodeLabel, type PlanNode, rootOpen } from '../graph/node.js';
import { at, type Machine, status } from './state.js';

/** What a step or group (its closing node) left in this pass. Undefined: nothing. That of a group is put together from its members'. */
export function outputOf(machine: Machine, node: PlanNode): Json | undefined {
  if (at(machine.nodes.status, node.index) !== status.done) return undefined;
  if (node.kind === 'step') return machine.history.outputOf(node.index);
  return node.kind === 'close' ? groupOutput(machine, node) : undefined;
}

/** Of a race `{winner, output}`, of `parallel` a table by member, of a pipeline its last step's. */
export function groupOutput(machine: Machine, close: PlanNode): Json | undefined {
  if (close.group === 'race') {
    const winner = machine.winners.get(close.partner);
    if (winner === undefined) return undefined;
    const member = nodeAt(machine.plan, winner);
    return { winner: member.name, output: outputOf(machine, member) ?? null };
  }
  if (machine.cut.has(close.partner)) return byName(machine, lastNodesOfMembers(machine, close));
  const [only, ...others] = close.needs.map((need) => nodeAt(machine.plan, need));
  if (close.group === 'pipeline' && only !== undefined && others.length === 0) return only.kind === 'open' ? undefined : outputOf(machine, only);
  return byName(machine, close.needs.map((need) => nodeAt(machine.plan, need)));
}

/** The nodes in which the members of a group end, in file order. */
export function lastNodesOfMembers({ plan }: Machine, close: PlanNode): PlanNode[] {
  const members: PlanNode[] = [];
  for (let index = close.partner + 1; index < close.index; index++) {
    const node = nodeAt(plan, index);
    const last = node.kind === 'open' ? nodeAt(plan, node.partner) : node;
    members.push(last);
    index = last.index;
  }
  return members;
}

function byName(machine: Machine, nodes: readonly PlanNode[]): Json {
  const outputs: { [name: string]: Json } = {};
  for (const node of nodes) {
    const output = outputOf(machine, node);
    if (output !== undefined) setOwn(outputs, node.name, output);
  }
  return outputs;
}

/**
 * What a step is given: what a jump brought; else the run's input for the first, the output of the one step it needs, or
 * a table by name of those that have one. Undefined: nothing. Throws `PL_STEP_NO_OUTPUT` where the one is disabled.
 */
export function inputOf(machine: Machine, node: PlanNode): Json | undefined {
  const landing = machine.landings.get(node.index);
  if (landing !== undefined) return landing.input;
  if (node.index === rootOpen) return machine.input;
  const needs = node.needs.map((need) => nodeAt(machine.plan, need));
  const [only, ...others] = needs;
  if (only === undefined) return undefined;
  if (others.length > 0) return byName(machine, needs);
  if (only.kind === 'open') return inputOf(machine, only);
  if (at(machine.nodes.status, only.index) === status.disabled) {
    throw new PerfloopError('PL_STEP_NO_OUTPUT', `${nodeLabel(only)} is disabled, so it has no output`, { where: nodeLabel(node), fix: `Enable \`${only.name}\`, or let \`${node.name}\` do without its output.` });
  }
  return outputOf(machine, only);
}

/** As {@link inputOf}; undefined also where the step that it would come from is disabled. */
export function inputIfAny(machine: Machine, node: PlanNode): Json | undefined {
  try {
    return inputOf(machine, node);
  } catch (error) {
    if (error instanceof PerfloopError) return undefined;
    throw error;
  }
}
