import { isAncestor } from '../graph/ancestors.js';
import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { type Conflict, type Entry, joined, type Version } from '../keys/version.js';
import { at, type Machine, warn } from './state.js';

/** The state that a node sees: what the steps that it needs have left, and what a jump brought. */
export function versionSeenBy(machine: Machine, node: PlanNode): Version {
  const { versions } = machine.nodes;
  const landing = machine.landings.get(node.index)?.version;
  if (landing === undefined || landing === null) {
    const [only] = node.needs;
    const version = node.needs.length === 1 && only !== undefined ? versions[only] : undefined;
    if (version !== undefined && version !== null) return version;
  }
  const seen = node.needs.flatMap((need) => versions[need] ?? []);
  return joinedFor(machine, node, landing === undefined || landing === null ? seen : [landing, ...seen]);
}

/** Of several versions, for a node: two branches that wrote one key are told in a warning. */
export function joinedFor(machine: Machine, node: PlanNode, versions: readonly Version[]): Version {
  return joined(versions, conflictAt(machine, node));
}

function conflictAt(machine: Machine, node: PlanNode): Conflict {
  return (slot, winner, loser) => {
    if (isKnownTo(machine, loser, winner)) return;
    const [first, second] = [nodeAt(machine.plan, loser.writer), nodeAt(machine.plan, winner.writer)];
    warn(machine, `${nodeLabel(first)} and ${nodeLabel(second)} both wrote the key ${JSON.stringify(machine.keys.names[slot])}, and neither needs the other; ${nodeLabel(node)} and what follows see what \`${second.name}\` wrote, which is later in the file`);
  };
}

/** Whether the writer of one entry had seen the other, or what was written over it. */
function isKnownTo(machine: Machine, earlier: Entry, later: Entry): boolean {
  if (earlier.writer < 0 || earlier.writer === later.writer) return true;
  if (earlier.writer === later.over) return earlier.count <= later.overCount;
  return isNeeded(machine, earlier.writer, later.writer) || (later.over >= 0 && isNeeded(machine, earlier.writer, later.over));
}

/** Answers are kept: every join asks again. */
function isNeeded({ plan, answers }: Machine, node: number, by: number): boolean {
  const question = node * plan.nodes.length + by;
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = isAncestor(plan, node, by);
  answers.set(question, answer);
  return answer;
}

/** A node has looked at what its needs left. What nobody can look at any more is let go. */
export function letGo(machine: Machine, node: PlanNode): void {
  const { uses, versions } = machine.nodes;
  for (const need of node.needs) {
    const left = at(uses, need) - 1;
    uses[need] = left;
    if (left <= 0 && !nodeAt(machine.plan, need).keepsVersion) versions[need] = null;
  }
}
