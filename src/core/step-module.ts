import { didYouMean } from './did-you-mean.js';
import type { Json } from './json-value.js';

/** What a function of a user's module says of settings that it does not take. */
export type SettingProblem = { path: readonly (string | number)[]; text: string } | { path: readonly (string | number)[]; key: string; allowed: readonly string[] };

export function settingText(problem: SettingProblem): string {
  if ('text' in problem) return problem.text;
  const { key, allowed } = problem;
  return `unknown key${didYouMean(key, allowed)}${allowed.length === 0 ? '; there are none' : `; allowed: ${allowed.join(', ')}`}`;
}

/** `with.rows[2].name`. */
export function settingPlace({ path }: SettingProblem): string {
  return `with${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')}`;
}

/** What a step of a user's type came to. */
export interface OwnStepResult {
  output: Json;
  writes: [key: string, value: Json][];
}

/** Keys of the state that perfloop's own steps write, and read again in a form of theirs. */
export const keysOfPerfloop: readonly string[] = ['draft', 'targets', 'context', 'prompt'];
