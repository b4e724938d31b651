import { cleanLines } from './numbers.js';
import type { Style } from '../style.js';

/** What an error shows, whether it was thrown here or is the end of a run. */
export interface ShownError {
  code: string;
  message: string;
  where?: string | undefined;
  fix?: string | undefined;
  problems?: readonly string[];
}

/** `error PL_X: message`, then each problem, the place and the remedy on lines of their own. */
export function printError(error: ShownError, style: Style): string {
  return [
    `${style(['bold', 'red'], 'error')} ${style('bold', error.code)}: ${cleanLines(error.message)}`,
    ...(error.problems ?? []).map((problem) => `  - ${cleanLines(problem)}`),
    ...(error.where === undefined ? [] : [`  at: ${cleanLines(error.where)}`]),
    ...(error.fix === undefined ? [] : [`  fix: ${cleanLines(error.fix)}`]),
  ].join('\n');
}
