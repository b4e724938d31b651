import type { PastTrial } from '../core/agent/attempt.js';
import type { Config } from '../core/config/schema.js';
import type { Json } from '../core/json-value.js';
import type { FunctionContext } from '../core/targets/function-context.js';
import type { TargetFunction } from '../core/targets/target-function.js';
import { filled } from './prompt-template.js';
import { commandsText, historyText, protectedText } from './prompt.js';
import { contextText, targetsText } from './target-texts.js';
import { fillTemplate } from './templates.js';

/** What a task is made of. */
export interface PromptParts {
  config: Config;
  targets: readonly TargetFunction[];
  context: readonly FunctionContext[];
  /** The latest last. */
  history: readonly PastTrial[];
  /** Of the step; undefined where it has none. */
  input?: Json;
  /** Keys of the state that the template asks for, as far as they are there. */
  state: Readonly<Record<string, Json>>;
}

/** A template of the user's with everything filled in; null: the task that comes with perfloop. Throws PL_PROMPT_TEMPLATE. */
export function writtenPrompt({ config, targets, context, history, input, state }: PromptParts, template: { file: string; text: string } | null): string {
  const own = { targets: targetsText(targets), context: contextText(context) };
  // The rules, the commands and what was tried before stand around the task in the prompt of every agent.
  if (template === null) return fillTemplate('agent-targets', own);
  const texts = { ...own, history: historyText(history), commands: commandsText(config), protected: protectedText(config) };
  const ofState = Object.fromEntries(Object.entries(state).map(([key, value]) => [`state.${key}`, shown(value)]));
  return filled(template.text, template.file, { ...ofState, ...texts, ...(input === undefined ? {} : { input: shown(input) }) });
}

/** Texts as they are, all else as JSON. */
function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
