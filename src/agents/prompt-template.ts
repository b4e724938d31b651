import { PerfloopError } from '../core/errors.js';
import { didYouMean } from '../core/did-you-mean.js';

/** What a template of the user's may ask for, besides `state.KEY`. */
export const templateParts = ['targets', 'context', 'history', 'input', 'commands', 'protected'] as const;

const placeholder = /\{\{\s*([^{}\n]{1,200}?)\s*\}\}/g;
const stateKey = /^state\../;

/** What a template asks for, each once. Throws PL_PROMPT_TEMPLATE where it asks for what does not exist. */
export function partsOf(template: string, file: string): string[] {
  const asked = [...new Set(Array.from(template.matchAll(placeholder), ([, name = '']) => name))];
  const known: readonly string[] = templateParts;
  const unknown = asked.find((name) => !known.includes(name) && !stateKey.test(name));
  if (unknown !== undefined) throw new PerfloopError('PL_PROMPT_TEMPLATE', `the template asks for {{${unknown}}}, which is nothing${didYouMean(unknown, known)}`, { where: file, fix: `It may ask for ${known.map((name) => `{{${name}}}`).join(', ')} and {{state.KEY}}.` });
  return asked;
}

/** The template with each part filled in. What is filled in is not looked at again. Throws PL_PROMPT_TEMPLATE for a part that has no text. */
export function filled(template: string, file: string, texts: Readonly<Record<string, string>>): string {
  return template.replaceAll(placeholder, (_whole, name: string) => {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (text === undefined) throw new PerfloopError('PL_PROMPT_TEMPLATE', `the template asks for {{${name}}}, and nothing of that name is there`, { where: file, fix: stateKey.test(name) ? 'Let a step before it write that key of the state.' : 'Let a step before it have an output.' });
    return text;
  });
}
