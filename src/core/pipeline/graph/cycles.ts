import type { Flattened } from './flatten.js';
import type { PlanNode } from './node.js';
import type { Problems } from './problem.js';

/** Tells each cycle as people read it, and what can never run because it waits for one. */
export function reportCycles(cycles: readonly (readonly number[])[], { nodes, byName }: Flattened, problems: Problems): void {
  if (cycles.length === 0) return;
  const at = (index: number): PlanNode | undefined => nodes[index];
  for (const cycle of cycles) {
    if (!problems.wanted) break;
    const names = namesOn(cycle, at);
    const first = byName.get(names[0] ?? '')?.member;
    problems.add([...(first?.path ?? []), 'needs'], `steps need each other in a cycle: ${shown([...names, names[0] ?? ''])} (each needs the next)`);
  }
  const waits = waitingFor(new Set(cycles.flat()), at);
  for (const { member } of byName.values()) {
    const cause = waits.get(member.first.index);
    if (cause !== undefined && problems.wanted) problems.add(member.path, `\`${member.name}\` can never run: it waits for \`${cause.name}\`, which is part of a cycle`);
  }
}

/** Names of a cycle that are told, the last ones among them. */
const mostNames = 30;

function shown(names: readonly string[]): string {
  if (names.length <= mostNames) return names.join(' -> ');
  const half = mostNames / 2;
  return [...names.slice(0, half), `… ${names.length - mostNames} more …`, ...names.slice(-half)].join(' -> ');
}

/** From the first in the file on. A group is on a cycle with both its ends and some members; it is named once. */
function namesOn(cycle: readonly number[], at: (index: number) => PlanNode | undefined): string[] {
  const outermost = Math.min(...cycle.map((index) => at(index)?.within ?? 0));
  const first = cycle.indexOf(Math.min(...cycle.filter((index) => at(index)?.within === outermost)));
  const names = [...cycle.slice(first), ...cycle.slice(0, first)].flatMap((index) => {
    const node = at(index);
    return node === undefined || node.within !== outermost ? [] : [node.name];
  });
  return [...new Set(names)];
}

/** The nodes that need one on a cycle without being on one themselves, each with that node. */
function waitingFor(inCycle: ReadonlySet<number>, at: (index: number) => PlanNode | undefined): Map<number, PlanNode> {
  const causes = new Map<number, PlanNode>();
  const open = [...inCycle];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const node = at(index);
    for (const dependent of node?.dependents ?? []) {
      if (node === undefined || inCycle.has(dependent) || causes.has(dependent)) continue;
      causes.set(dependent, causes.get(index) ?? node);
      open.push(dependent);
    }
  }
  return causes;
}
