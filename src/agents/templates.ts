import { readFile } from 'node:fs/promises';

export type Template = 'agent' | 'agent-task' | 'agent-failure' | 'orchestrator';

/** The text of a file in prompts/ with each `{{name}}` replaced. A name without a value is a mistake of the caller. */
export async function fillTemplate(name: Template, values: Readonly<Record<string, string>>): Promise<string> {
  const template = await readFile(new URL(`../../prompts/${name}.md`, import.meta.url), 'utf8');
  // In one pass: what is filled in may hold braces, too.
  const text = template.replaceAll(/\{\{(\w+)\}\}/g, (_whole, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`prompts/${name}.md asks for ${key}`);
    return value;
  });
  return `${text.replaceAll(/\n{3,}/g, '\n\n').trim()}\n`;
}

/** A fenced block whose fence does not occur in the text. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
