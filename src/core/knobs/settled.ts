import type { Arm, Gains } from './halving.js';
import type { KnobRecord } from './search.js';

interface Ended {
  gains: Gains;
  /** Whose build or samples failed. */
  failed: KnobRecord['left'];
  /** What won, and what a search that was cut short still had in it. */
  open: readonly Pick<Arm, 'id'>[];
}

/**
 * Ids of the settings that no later round has to search: they failed, or were sampled and did not win. A winner is searched
 * again, on the champion of that time, until a trial has tried it: it may have had no place in its round, or one that it was
 * tried together with was refused. So is what the search was cut short of.
 */
export function settled({ gains, failed, open }: Ended): string[] {
  const again = new Set(open.map(({ id }) => id));
  return [...new Set([...Object.keys(gains), ...failed.map(({ id }) => id)])].filter((id) => !again.has(id));
}
