import { nodeAt, type Plan, type PlanNode } from './node.js';

/** Whether a step of a type needs this one, directly or not. O(nodes + edges). */
export function leadsTo(plan: Plan, from: PlanNode, type: string): boolean {
  const seen = new Set(from.dependents);
  for (const index of seen) {
    const node = nodeAt(plan, index);
    if (node.kind === 'step' && node.definition.type === type) return true;
    for (const dependent of node.dependents) seen.add(dependent);
  }
  return false;
}
