import type { SteerRecord } from '../status.js';

const done: Record<SteerRecord['what'], string> = { pause: 'paused', resume: 'resumed', stop: 'stopped', cancel: 'cancelled', setBudget: 'given another budget' };

/** What was done with a run: `paused`, `given another budget (maxTrials = 20)`. */
export function steeredText({ what, budget = {} }: SteerRecord): string {
  const given = Object.entries(budget).map(([key, value]) => `${key} = ${value}`);
  return given.length === 0 ? done[what] : `${done[what]} (${given.join(', ')})`;
}
