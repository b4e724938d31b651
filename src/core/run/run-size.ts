import type { StepConfig } from '../config/steps-schema.js';
import { PerfloopError } from '../errors.js';
import type { RunInput } from '../inputs.js';
import { jsonBytes, kilobytes, mostCarried, stateBytes } from './carried.js';

/**
 * Throws `PL_RUN_TOO_LARGE` where a run could not hand on what it begins with, so that nobody finds out in the middle of it:
 * its input, and how far it is.
 */
export function checkRunSize(input: RunInput): void {
  const { steps } = input.config;
  const count = countSteps(steps);
  const [whole, state] = [jsonBytes(input), stateBytes(count)];
  if (whole + state <= mostCarried) return;
  const parts = [`${kilobytes(jsonBytes(steps))} for its ${count.toLocaleString('en-US')} steps and ${kilobytes(state)} for how far each of them is`];
  if (input.resume !== undefined) parts.push(`${kilobytes(jsonBytes(input.resume))} for what the earlier run left`);
  throw new PerfloopError('PL_RUN_TOO_LARGE', `the run would have to carry ${kilobytes(whole + state)}, of which ${parts.join(', and ')}; Temporal takes ${kilobytes(mostCarried)}`, {
    where: input.resume === undefined ? 'perfloop.toml: steps' : '--resume',
    fix: input.resume === undefined ? 'Use fewer or shorter steps: commands fit into scripts, and many steps of one kind into a loop of one step with `next`.' : 'Start a new run without --resume, and let steps write large results to files.',
  });
}

function countSteps(steps: readonly StepConfig[]): number {
  return steps.reduce((sum, { steps: members = [] }) => sum + 1 + countSteps(members), 0);
}
