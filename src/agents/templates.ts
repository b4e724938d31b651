import { rendered, type AgentPromptName } from '../models/prompts.js';

/** An agent's prompt with each `{{name}}` replaced, without the gaps that empty values leave. */
export function fillTemplate(name: AgentPromptName, values: Readonly<Record<string, string>>): string {
  return `${rendered(name, { ...values }).replaceAll(/\n{3,}/g, '\n\n').trim()}\n`;
}

/** A fenced block whose fence does not occur in the text. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
