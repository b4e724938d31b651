import type { Expression } from '../../expression/tree.js';
import type { Json } from '../../json-value.js';
import type { GroupType, RetryRule, StepDefinition } from './definition.js';
import type { Text } from './text.js';

export interface Jump {
  /** Index of the node where the target begins. */
  target: number;
  to: string;
  /** Taken after the step failed, and not after it succeeded. */
  onFail: boolean;
  when: Expression | null;
  /** Undefined: the output of the step that jumps, or its error. */
  input: Json | undefined;
}

/**
 * A step, or one end of a group: a group is an opening and a closing node around its members, which all stand between
 * the two in the table. The whole pipeline is a group, too.
 */
export interface PlanNode {
  /** Place in the table: file order. */
  index: number;
  kind: 'step' | 'open' | 'close';
  /** Of the step or the group. The whole pipeline has none: ''. */
  name: string;
  /** Of the group, for both ends of one; null for a step. */
  group: GroupType | null;
  /** Index of the opening node of the group that it is a member of; -1 for the ends of the whole. */
  within: number;
  /** The other end of a group; its own index for a step. */
  partner: number;
  /** What must be over before: for a group's name the closing node; the opening node for the first of a group. */
  needs: number[];
  /** The reverse of needs, in file order. */
  dependents: number[];
  /** Topological position from 0, with ties in file order. */
  position: number;
  enabled: boolean;
  joinAny: boolean;
  when: Expression | null;
  next: readonly Jump[];
  /** Of a step that asks a person; null: it asks nothing of its own. */
  question: Text | null;
  timeout: number | null;
  onTimeout: 'fail' | 'finished';
  retry: RetryRule | null;
  goesOn: boolean;
  retain: number;
  /** What it leaves is looked at again when only some of what needs it is run again after a jump. */
  keepsVersion: boolean;
  definition: StepDefinition;
}

/** A checked pipeline. Never changed; a run keeps the one it was started with. */
export interface Plan {
  nodes: readonly PlanNode[];
  /** The step, or the opening node of the group, by name. */
  byName: ReadonlyMap<string, PlanNode>;
  /** Executable steps, without the ends of groups. */
  steps: number;
  maxSteps: number;
}

export const rootOpen = 0;

export function nodeAt(plan: { readonly nodes: readonly PlanNode[] }, index: number): PlanNode {
  const node = plan.nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index} in a plan of ${plan.nodes.length}`);
  return node;
}

/** `step \`build\``, `group \`tests\`` or `the pipeline`. */
export function nodeLabel(node: PlanNode): string {
  if (node.name === '') return 'the pipeline';
  return `${node.kind === 'step' ? 'step' : 'group'} \`${node.name}\``;
}

/** The node in which a step or group ends. */
export function endOf(plan: { readonly nodes: readonly PlanNode[] }, node: PlanNode): PlanNode {
  return node.kind === 'open' ? nodeAt(plan, node.partner) : node;
}
