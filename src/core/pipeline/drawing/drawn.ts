import { formatDuration } from '../../duration-text.js';
import { groupBy } from '../../group-by.js';
import type { GroupType } from '../graph/definition.js';
import { nodeAt, type Plan, type PlanNode } from '../graph/node.js';
import { type ShownStates, statesBy, type StepState } from '../step-states.js';

/** A jump, in words: `back to agent on failure when steps.build.count < 3`. */
export interface DrawnJump {
  to: string;
  /** To what stands before it, or to itself. */
  back: boolean;
  text: string;
}

/** A step or a group of a plan as it is drawn, with what a run made of it. */
export interface DrawnStep {
  kind: 'step';
  name: string;
  type: string;
  group: GroupType | null;
  when: string | null;
  jumps: DrawnJump[];
  /** What is special about it, in words, such as `up to 3 attempts`. */
  notes: string[];
  /** Places among those beside it; each is before its own. */
  needs: number[];
  members: Drawn[];
  /** Null: no run is shown. */
  state: StepState | null;
  /** 0: not yet, or nobody knows. */
  executions: number;
}

/** Several of one kind in one place, which need the same and are needed by the same: there are too many of them to draw each. */
export interface DrawnMany {
  kind: 'many';
  type: string;
  count: number;
  first: string;
  last: string;
  /** How many are in each state; empty where no run is shown. */
  states: Partial<Record<StepState, number>>;
  needs: number[];
}

export type Drawn = DrawnStep | DrawnMany;

/** The steps of a plan beside each other, each after what it needs; those of groups within them. O(steps + needs). */
export function drawn(plan: Plan, shown: ShownStates | null): DrawnStep[] {
  const known = statesBy(shown ?? {});
  const listed = plan.nodes.filter(({ kind, name }) => kind !== 'close' && name !== '');
  const places = new Map(listed.map(({ index }, place) => [index, place]));
  const siblings = groupBy(listed, ({ within }) => within);
  const within = (open: number): DrawnStep[] => {
    const beside = (siblings.get(open) ?? []).toSorted((one, other) => one.position - other.position);
    const order = new Map(beside.map((node, place) => [node.kind === 'open' ? node.partner : node.index, place]));
    return beside.map((node) => {
      const { state = null, executions = 0 } = known(node.name, places.get(node.index) ?? 0) ?? {};
      return { ...described(plan, node), needs: node.needs.flatMap((need) => order.get(need) ?? []), members: node.kind === 'open' ? within(node.index) : [], state, executions };
    });
  };
  return within(0);
}

function described(plan: Plan, node: PlanNode): Omit<DrawnStep, 'needs' | 'members' | 'state' | 'executions'> {
  const { definition, name, group, next } = node;
  return {
    kind: 'step', name, type: definition.type, group,
    when: definition.when ?? null,
    jumps: next.map(({ target, onFail }, index) => {
      const to = nodeAt(plan, target);
      const back = to.index <= node.index;
      const when = definition.next?.[index]?.when;
      return { to: to.name, back, text: `${back ? 'back ' : 'on '}to ${to.name}${onFail ? ' on failure' : ''}${when === undefined ? '' : ` when ${when}`}` };
    }),
    notes: notesOf(node),
  };
}

function notesOf({ enabled, joinAny, retry, goesOn, timeout, needs }: PlanNode): string[] {
  return [
    ...(enabled ? [] : ['off']),
    ...(joinAny && needs.length > 1 ? ['after the first of them'] : []),
    ...(retry === null ? [] : [`up to ${retry.attempts} attempts`]),
    ...(timeout === null ? [] : [`at most ${formatDuration(timeout)}`]),
    ...(goesOn ? ['may fail'] : []),
  ];
}
