import type { Flattened, Member, Scope } from './flatten.js';
import type { PlanNode } from './node.js';
import type { Problems } from './problem.js';

/** Connects the nodes by what their steps need. O(nodes + edges). */
export function connect(flattened: Flattened, problems: Problems): void {
  for (const scope of flattened.scopes) {
    if (scope.members.some(({ definition }) => definition.needs !== undefined)) connectByNeeds(scope, flattened, problems);
    else if (scope.open.group === 'pipeline') connectInOrder(scope);
    else for (const { first } of scope.members) edge(scope.open, first);
    connectEnd(scope, flattened.nodes);
  }
  for (const node of flattened.nodes) node.dependents.sort((one, other) => one - other);
}

function connectInOrder({ open, members }: Scope): void {
  let before = open;
  for (const { first, last } of members) {
    edge(before, first);
    before = last;
  }
}

function connectByNeeds(scope: Scope, flattened: Flattened, problems: Problems): void {
  if (scope.open.group === 'race') {
    for (const { definition, path, first } of scope.members) {
      if (definition.needs !== undefined) problems.add([...path, 'needs'], 'the members of a race all begin at once; put steps that need each other into a pipeline within the race');
      edge(scope.open, first);
    }
    return;
  }
  for (const member of scope.members) {
    const needed = new Set((member.definition.needs ?? []).map((name, index) => resolve(name, index, member, scope, flattened, problems)).filter((node) => node !== null));
    if (needed.size === 0) edge(scope.open, member.first);
    for (const node of needed) edge(node, member.first);
  }
}

function resolve(name: string, index: number, member: Member, scope: Scope, flattened: Flattened, problems: Problems): PlanNode | null {
  const near = scope.byName.get(name);
  if (near !== undefined) return near.last;
  if (!problems.wanted) return null;
  const path = [...member.path, 'needs', index];
  const elsewhere = flattened.byName.get(name);
  if (elsewhere === undefined) problems.add(path, `there is no step \`${name}\`${problems.near(name, [...scope.byName.keys()])}`);
  else if (elsewhere.member.first.index <= scope.open.index && scope.open.index < elsewhere.member.last.index) problems.add(path, `\`${name}\` is the group that this step is in; its members begin when it does`);
  else problems.add(path, `\`${name}\` is not beside \`${member.name}\`; a step needs steps of its own group, and a group what all of its members need`);
  return null;
}

/** A group ends when all that it is about has ended: the members of `parallel` and `race`, and otherwise what nothing else waits for. */
function connectEnd({ open, close, members }: Scope, nodes: readonly PlanNode[]): void {
  if (members.length === 0) return edge(open, close);
  for (const { last } of members) if (open.group !== 'pipeline' || !isWaitedFor(last, nodes)) edge(last, close);
}

/** A step with `join = "any"` does not wait for all that it needs. */
function isWaitedFor({ dependents }: PlanNode, nodes: readonly PlanNode[]): boolean {
  return dependents.some((index) => nodes[index]?.joinAny === false);
}

function edge(from: PlanNode, to: PlanNode): void {
  from.dependents.push(to.index);
  to.needs.push(from.index);
}
