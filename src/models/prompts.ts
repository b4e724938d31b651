import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PerfloopError } from '../core/errors.js';

/** Of conversations with models. */
export const promptNames = ['system', 'judge', 'patch', 'sandbox', 'analyze', 'learn', 'explain', 'summarise'] as const;
/** Of command-line agents. */
export const agentPromptNames = ['agent', 'agent-task', 'agent-targets', 'agent-failure', 'orchestrator'] as const;
export type AgentPromptName = (typeof agentPromptNames)[number];
export type PromptName = (typeof promptNames)[number] | AgentPromptName;

export interface Prompt {
  name: string;
  /** Goes up with each change of the text, so that a transcript says which one it was. */
  version: number;
  text: string;
}

const header = /^---\nname: (?<name>[a-z-]+)\nversion: (?<version>\d+)\n---\n/;
const placeholder = /\{\{(\w+)\}\}/g;
const read = new Map<PromptName, Prompt>();

/** A prompt of the package's `prompts` folder. */
export function promptOf(name: PromptName): Prompt {
  const known = read.get(name);
  if (known !== undefined) return known;
  const path = fileURLToPath(new URL(`../../prompts/${name}.md`, import.meta.url));
  const whole = readFileSync(path, 'utf8');
  const found = header.exec(whole);
  if (found?.groups?.['name'] !== name) throw new PerfloopError('PL_PROMPT', `The prompt has no header with its name and version.`, { where: path, fix: 'Install perfloop again.' });
  const prompt = { name, version: Number(found.groups['version']), text: whole.slice(found[0].length).trim() };
  read.set(name, prompt);
  return prompt;
}

/** By their names, for records. */
export function versionsOf(names: readonly PromptName[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, promptOf(name).version]));
}

/** The text with every `{{name}}` filled in. What is filled in is not looked at again: a file may hold braces. */
export function rendered(name: PromptName, values: Record<string, string> = {}): string {
  const { text } = promptOf(name);
  const used = new Set<string>();
  const result = text.replaceAll(placeholder, (_whole, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`prompt ${name} asks for ${key}`);
    used.add(key);
    return value;
  });
  const unused = Object.keys(values).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`prompt ${name} has no place for ${unused.join(', ')}`);
  return result;
}
