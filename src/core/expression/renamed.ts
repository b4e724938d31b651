import { ExpressionError } from './error.js';
import { type Token, tokensOf } from './tokens.js';

/** The expression with other names for the steps that it asks about. What cannot be read stays as it is. O(length). */
export function withStepNames(source: string, nameOf: (name: string) => string): string {
  const tokens = readTokens(source);
  let text = '';
  let copied = 0;
  for (const [index, token] of tokens.entries()) {
    const [key, after] = [tokens[index + 1], tokens[index + 2]];
    if (token.kind !== 'word' || token.value !== 'steps' || tokens[index - 1]?.value === '.' || key === undefined || after === undefined) continue;
    const isDotted = key.value === '.' && after.kind === 'word';
    if (!isDotted && !(key.value === '[' && after.kind === 'text')) continue;
    const name = nameOf(after.value);
    const end = isDotted ? after.at + after.value.length : tokens[index + 3]?.at;
    if (name === after.value || end === undefined) continue;
    text += `${source.slice(copied, key.at)}[${JSON.stringify(name)}${isDotted ? ']' : ''}`;
    copied = end;
  }
  return text + source.slice(copied);
}

/** The same in a text with expressions between double braces. */
export function withStepNamesInText(text: string, nameOf: (name: string) => string): string {
  return text.replaceAll(/\{\{(.*?)\}\}/gs, (_whole, expression: string) => `{{${withStepNames(expression, nameOf)}}}`);
}

function readTokens(source: string): Token[] {
  try {
    return tokensOf(source);
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
