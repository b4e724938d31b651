import type { StepsShown } from './machine/shown.js';

/** How far a round of steps is: `12 of 40 steps done, 1 failed, 2 left out`. */
export function stepsText({ steps, done, failed, left, executions }: StepsShown): string {
  const parts = [`${done} of ${steps} ${steps === 1 ? 'step' : 'steps'} done`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (left > 0) parts.push(`${left} left out`);
  // Of those that are done, each ran once where nothing jumped back.
  if (executions > steps) parts.push(`${executions} executions`);
  return parts.join(', ');
}
