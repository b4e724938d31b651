import type { PlanNode } from './node.js';

/**
 * Gives every node its topological position: nodes in file order, each after what it needs. A file whose steps stand
 * after what they need keeps its order. Returns the cycles it met, each as the indices on it in the order in which
 * they need each other; nodes that need a node of a cycle get no meaning from their position. O(nodes + edges).
 */
export function order(nodes: readonly PlanNode[]): number[][] {
  const cycles: number[][] = [];
  const entered = new Uint8Array(nodes.length);
  let position = 0;
  // A path down the needs, with the next need to look at for each node on it. No recursion: a chain may be long.
  const path: PlanNode[] = [];
  const next: number[] = [];
  const enter = (node: PlanNode): void => {
    entered[node.index] = onPath;
    path.push(node);
    next.push(0);
  };
  for (const start of nodes) {
    if (entered[start.index] === 0) enter(start);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const at = next.at(-1) ?? 0;
      const need = node.needs[at];
      if (need === undefined) {
        entered[node.index] = left;
        node.position = position;
        position += 1;
        path.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = at + 1;
      const needed = nodes[need];
      if (needed === undefined || entered[need] === left) continue;
      if (entered[need] === onPath) cycles.push(path.slice(path.indexOf(needed)).map(({ index }) => index));
      else enter(needed);
    }
  }
  return cycles;
}

const onPath = 1;
const left = 2;
