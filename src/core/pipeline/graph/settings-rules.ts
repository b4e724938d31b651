import { asksPerson, groupTypeOf, type StepDefinition } from './definition.js';
import type { Problems } from './problem.js';

/** What is wrong with the settings of one step by itself; only those that every type has. */
export function checkSettings(definition: StepDefinition, name: string, path: readonly PropertyKey[], problems: Problems): void {
  for (const [key, text] of wrongSettings(definition, name)) problems.add([...path, key], text);
}

function wrongSettings(definition: StepDefinition, name: string): (readonly [key: string, text: string])[] {
  const found: (readonly [key: string, text: string])[] = [];
  const { retry, timeout, retain } = definition;
  if (name === '') found.push(['name', 'must not be empty']);
  if (timeout !== undefined && !(timeout > 0)) found.push(['timeout', `must be more than 0 ms, got ${timeout}`]);
  if (retain !== undefined && !isCount(retain, 0)) found.push(['retain', `must be a whole number from 0, got ${retain}`]);
  if (retry !== undefined && !isCount(retry.attempts, 1)) found.push(['retry', `attempts must be a whole number from 1, got ${retry.attempts}`]);
  for (const [key, value] of retry === undefined ? [] : Object.entries({ backoff: retry.backoff, factor: retry.factor, max_backoff: retry.max_backoff })) {
    if (value !== undefined && !(value >= 0 && Number.isFinite(value))) found.push(['retry', `${key} must be a number from 0, got ${value}`]);
  }
  if (groupTypeOf(definition) === null) {
    if (definition.steps !== undefined) found.push(['steps', `step \`${name}\` is of type ${definition.type}; only pipeline, parallel and race have steps`]);
    if (definition.on_timeout !== undefined && !asksPerson(definition)) found.push(['on_timeout', 'only a group and a step of type approve have it']);
    return found;
  }
  if ((definition.steps ?? []).length === 0) found.push(['steps', `group \`${name}\` has no steps`]);
  if (retry !== undefined) found.push(['retry', `\`${name}\` is a group, which is not tried again as a whole; give its steps a retry, or jump back to it`]);
  return found;
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
