import type { Plan, PlanNode } from './node.js';

/** How many questions one pass over the graph answers: the bits of a number, less its sign. */
const atOnce = 31;

/**
 * For each pair of nodes whether the first is the second, or needed by it directly or not. Positions must be set.
 * Every pass takes the next first nodes in topological order, and looks no further than their pairs reach: where pairs are
 * near each other, O(nodes + edges); at worst that for every 31 first nodes.
 */
export function reaches(nodes: readonly PlanNode[], pairs: readonly (readonly [from: number, to: number])[]): boolean[] {
  const answers = pairs.map(() => false);
  const position = (index: number): number => nodes[index]?.position ?? 0;
  const inOrder = nodes.toSorted((one, other) => one.position - other.position);
  const sorted = [...pairs.entries()].sort(([, [one]], [, [other]]) => position(one) - position(other));
  const marks = new Int32Array(nodes.length);
  for (let next = 0; next < sorted.length; ) {
    const bits = new Map<number, number>();
    const first = next;
    let last = 0;
    for (; next < sorted.length; next++) {
      const [from, to] = sorted[next]?.[1] ?? [0, 0];
      if (!bits.has(from) && bits.size === atOnce) break;
      if (!bits.has(from)) bits.set(from, 1 << bits.size);
      last = Math.max(last, position(to));
    }
    const batch = sorted.slice(first, next);
    const begin = position(batch[0]?.[1][0] ?? 0);
    marks.fill(0);
    for (const [source, bit] of bits) marks[source] = bit;
    for (const { index, needs } of inOrder.slice(begin, last + 1)) for (const need of needs) marks[index] = (marks[index] ?? 0) | (marks[need] ?? 0);
    for (const [place, [from, to]] of batch) answers[place] = ((marks[to] ?? 0) & (bits.get(from) ?? 0)) !== 0;
  }
  return answers;
}

/** Whether one node is needed by another, directly or not. Looks only at nodes between the two. */
export function isAncestor({ nodes }: Plan, ancestor: number, of: number): boolean {
  const position = nodes[ancestor]?.position ?? 0;
  const seen = new Set<number>();
  const open = [of];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const need of nodes[index]?.needs ?? []) {
      if (need === ancestor) return true;
      if (seen.has(need) || (nodes[need]?.position ?? 0) < position) continue;
      seen.add(need);
      open.push(need);
    }
  }
  return false;
}
