import { agreed, atFault, type Comparison } from '../comparison.js';
import { caseDifference, isCompared } from './compare-cases.js';
import type { NodeRule } from './compare-nodes.js';
import { type CaseSeen, showNode } from './observation.js';

/** What one side showed, and how it ended where that is not all. */
export interface SideSeen {
  cases: readonly CaseSeen[];
  why: string | null;
}

/** Both sides, case by case in the order in which they were made. Cases of which the champion says nothing are at its fault. */
export function compareSeen(name: string, champion: SideSeen, candidate: SideSeen, rule: NodeRule): Comparison {
  if (champion.why !== null) return atFault('champion', `after ${champion.cases.length} cases ${champion.why}`);
  const all = champion.cases.filter(isCompared);
  const [first] = all;
  if (first === undefined) return atFault('champion', 'each case exhausts its stack or its memory');
  if (all.every(({ calls: [call] }) => call?.how === 'throws')) return atFault('champion', `it throws in each of ${all.length} cases, such as ${showNode(first.calls[0]?.v ?? null)}: the arguments do not fit the function`);
  const now = new Map(candidate.cases.map((seen) => [seen.n, seen]));
  let different: string | null = null;
  let count = 0;
  for (const before of champion.cases) {
    const after = now.get(before.n);
    if (after === undefined) {
      const given = `${name}(${before.given.map((node) => showNode(node, 120)).join(', ')})`;
      return atFault('candidate', different ?? `it did not come back from ${given}: ${candidate.why ?? 'its process ended'}`);
    }
    const found = caseDifference(name, before, after, rule);
    if (found === null) continue;
    different ??= found;
    count += 1;
  }
  if (different === null) return agreed;
  return atFault('candidate', count === 1 ? different : `${different} (the first of ${count} cases that differ, of ${champion.cases.length})`);
}
