import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { closeGroup } from './close-group.js';
import { completeFrom } from './earlier.js';
import { holds } from './conditions.js';
import { errorOf, failBefore, failRun, handleErrors } from './fail.js';
import { at, type Machine, status } from './state.js';
import { settle } from './stop.js';
import { letGo, versionSeenBy } from './versions.js';

/** Everything that a node waits for is over: it is passed over, skipped, or may run. */
export function arrive(machine: Machine, node: PlanNode, now: number): void {
  const { nodes } = machine;
  if (machine.jumpedOver.delete(node.index)) {
    nodes.versions[node.index] = versionSeenBy(machine, node);
    letGo(machine, node);
    if (node.kind !== 'close') return passOver(machine, node, status.skipped);
    handleErrors(machine, node);
    return settle(machine, node, status.skipped);
  }
  if (node.kind === 'close') return closeGroup(machine, node);
  const landing = machine.landings.get(node.index);
  nodes.versions[node.index] = versionSeenBy(machine, node);
  letGo(machine, node);
  if (landing !== undefined) landing.version = null;
  nodes.fresh[node.index] = at(nodes.fresh, node.index) === 1 || node.needs.some((need) => at(nodes.fresh, need) === 1) ? 1 : 0;
  if (!node.enabled) return passOver(machine, node, status.disabled);
  if (node.needs.length > 0 && at(nodes.live, node.index) === 0 && landing === undefined) return passOver(machine, node, status.skipped);
  const version = nodes.versions[node.index];
  if (node.when !== null && version !== null && version !== undefined) {
    const runs = holds(machine, node, node.when, version, null);
    if (typeof runs !== 'boolean') return failBefore(machine, node, { code: 'PL_EXPRESSION', message: `\`when\` of ${nodeLabel(node)}: ${runs.error}` });
    if (!runs) return passOver(machine, node, status.skipped);
  }
  if (node.kind === 'open') return openGroup(machine, node, now);
  makeReady(machine, node, now);
}

/** A group that does not run is over with all that is in it. What it saw is what those behind it see. */
export function passOver(machine: Machine, node: PlanNode, how: typeof status.skipped | typeof status.disabled): void {
  const { status: statuses, versions, fresh } = machine.nodes;
  statuses.fill(how, node.index, node.partner + 1);
  const last = nodeAt(machine.plan, node.kind === 'open' ? node.partner : node.index);
  versions[last.index] = versions[node.index] ?? null;
  fresh[last.index] = at(fresh, node.index);
  settle(machine, last, how);
}

function openGroup(machine: Machine, open: PlanNode, now: number): void {
  const { nodes } = machine;
  nodes.startedAt[open.index] = now;
  // Both ends, so that either tells which time of the group it is.
  nodes.count[open.index] = at(nodes.count, open.index) + 1;
  nodes.count[open.partner] = at(nodes.count, open.index);
  if (open.timeout !== null) machine.deadlines.add({ at: now + open.timeout, index: open.index, startedAt: now });
  settle(machine, open, status.done);
}

function makeReady(machine: Machine, node: PlanNode, now: number): void {
  if (machine.executions >= machine.plan.maxSteps) {
    const count = at(machine.nodes.count, node.index) + 1;
    const error = errorOf(machine, node, { code: 'PL_STEPS_EXHAUSTED', message: `${nodeLabel(node)} does not begin its execution ${count}: the run has used its ${machine.plan.maxSteps} step executions (max_steps) after ${machine.jumpsTaken} jumps; a jump storm? Give the jumps a condition that ends them, or raise max_steps` }, 1);
    return failRun(machine, error);
  }
  machine.executions += 1;
  if (at(machine.nodes.fresh, node.index) === 0 && completeFrom(machine, node, now)) return;
  machine.nodes.status[node.index] = status.ready;
  machine.queue.push(node.index);
}
