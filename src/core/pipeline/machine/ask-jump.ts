import { isAncestor } from '../graph/ancestors.js';
import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { emptyVersion, type Version } from '../keys/version.js';
import { holds, type JustDone } from './conditions.js';
import type { ErrorInfo, PipelineError } from './errors.js';
import type { Machine } from './state.js';

/** The first jump of a node's own whose condition holds is asked for. Returns what is wrong with a condition, or null. */
export function askForJump(machine: Machine, node: PlanNode, version: Version, justDone: JustDone): ErrorInfo | null {
  for (const { target, onFail, when, input } of node.next) {
    if (onFail) continue;
    const taken = when === null || holds(machine, node, when, version, justDone);
    if (typeof taken !== 'boolean') return { code: 'PL_EXPRESSION', message: `\`next\` of ${nodeLabel(node)}: ${taken.error}` };
    if (!taken) continue;
    machine.jumps.push({ from: node.index, target, input: input === undefined ? justDone.output : input });
    return null;
  }
  return null;
}

/**
 * The first jump that is for a failure of the node and whose condition holds is asked for. False: there is none. What is
 * wrong with a condition is an error of the node's own.
 */
export function jumpsAfterFailure(machine: Machine, node: PlanNode, error: PipelineError): boolean {
  const version = machine.nodes.versions[node.kind === 'close' ? node.partner : node.index] ?? emptyVersion;
  for (const { target, onFail, when, input } of node.next) {
    if (!onFail) continue;
    const taken = when === null || holds(machine, node, when, version, null);
    if (typeof taken !== 'boolean') {
      machine.errors.push({ ...error, code: 'PL_EXPRESSION', message: `\`next\` of ${nodeLabel(node)}: ${taken.error}`, root: taken.error });
      return false;
    }
    if (!taken) continue;
    machine.jumps.push({ from: node.index, target, input: input === undefined ? { step: error.step, code: error.code, message: error.message } : input });
    return true;
  }
  return false;
}

/** The node that a step's outcome asks to jump to, or what is wrong with it. */
export function jumpTarget({ plan }: Machine, from: PlanNode, to: string): PlanNode | ErrorInfo {
  const code = 'PL_STEP_JUMP';
  const target = plan.byName.get(to);
  if (target === undefined) return { code, message: `${nodeLabel(from)} asks for a jump to \`${to}\`, and there is no such step` };
  const isBesideGroupAround = isAround(plan.nodes, target.within, from);
  if (!isBesideGroupAround || nodeAt(plan, target.within).group === 'race') return { code, message: `${nodeLabel(from)} asks for a jump to \`${to}\`, which is not beside it or beside a group around it` };
  const declared = from.next.some((jump) => jump.target === target.index);
  const end = target.kind === 'open' ? target.partner : target.index;
  // What a step of another branch saw may have been let go, unless the plan says that it is jumped to.
  if (!declared && target !== from && !isAround(plan.nodes, target.index, from) && !isAncestor(plan, end, from.index) && !isAncestor(plan, from.index, target.index)) {
    return { code, message: `${nodeLabel(from)} asks for a jump to \`${to}\`, which is in another branch; such a jump is declared in \`next\`` };
  }
  return target;
}

function isAround(nodes: readonly PlanNode[], open: number, node: PlanNode): boolean {
  for (let group = node.within; group >= 0; group = nodes[group]?.within ?? -1) if (group === open) return true;
  return false;
}

export function isTarget(found: PlanNode | ErrorInfo): found is PlanNode {
  return 'index' in found;
}
