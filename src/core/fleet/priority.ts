import type { FleetTarget } from './parse.js';

/** What the server orders its queues by: first the key, 1 before 5; then shares by weight, a key each. Children and activities inherit it. */
export function priorityOf({ name, priority, weight }: Pick<FleetTarget, 'name' | 'priority' | 'weight'>): { priorityKey: number; fairnessKey: string; fairnessWeight: number } {
  return { priorityKey: priority, fairnessKey: name, fairnessWeight: weight };
}
