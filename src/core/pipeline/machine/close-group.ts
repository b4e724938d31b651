import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { askForJump } from './ask-jump.js';
import { errorOf, failed, handleErrors } from './fail.js';
import { groupOutput } from './outputs.js';
import { at, type Machine, status } from './state.js';
import { settle } from './stop.js';
import { joinedFor, letGo, versionSeenBy } from './versions.js';

/** All that a group is about is over. */
export function closeGroup(machine: Machine, close: PlanNode): void {
  const { nodes } = machine;
  if (close.group === 'race' && !machine.winners.has(close.partner)) return closeWithoutWinner(machine, close);
  const winner = machine.winners.get(close.partner);
  nodes.versions[close.index] = winner === undefined ? versionSeenBy(machine, close) : joinedFor(machine, close, [nodes.versions[winner] ?? []].flat());
  letGo(machine, close);
  nodes.fresh[close.index] = close.needs.some((need) => at(nodes.fresh, need) === 1) ? 1 : 0;
  if (winner !== undefined) handleErrors(machine, close);
  if (close.within < 0) {
    nodes.status[close.index] = status.done;
    machine.ended = 'done';
    return;
  }
  nodes.status[close.index] = status.done;
  const version = nodes.versions[close.index];
  const problem = version === null || version === undefined ? null : askForJump(machine, close, version, { output: groupOutput(machine, close) });
  if (problem !== null) {
    machine.errors.push(errorOf(machine, close, problem, 1));
    return failed(machine, close);
  }
  settle(machine, close, status.done);
}

function closeWithoutWinner(machine: Machine, close: PlanNode): void {
  const members = close.needs.map((need) => nodeAt(machine.plan, need));
  const failures = members.filter(({ index }) => at(machine.nodes.status, index) === status.failed);
  if (failures.length === 0) {
    machine.nodes.versions[close.index] = machine.nodes.versions[close.partner] ?? null;
    return settle(machine, close, status.skipped);
  }
  const of = (name: string): string => machine.errors.findLast(({ step }) => step === name)?.message ?? innerError(machine, name);
  machine.errors.push(errorOf(machine, close, { code: 'PL_RACE_LOST', message: `every member of the race \`${close.name}\` failed: ${failures.map(({ name }) => `\`${name}\`: ${of(name)}`).join('; ')}` }, 1));
  failed(machine, close);
}

/** The last error within a group that has none of its own. */
function innerError(machine: Machine, group: string): string {
  const open = machine.plan.byName.get(group);
  if (open === undefined) return 'failed';
  const inside = machine.errors.findLast(({ step }) => {
    const index = machine.plan.byName.get(step)?.index ?? -1;
    return index > open.index && index < open.partner;
  });
  return inside === undefined ? 'failed' : `${nodeLabel(nodeAt(machine.plan, machine.plan.byName.get(inside.step)?.index ?? 0))}: ${inside.message}`;
}
