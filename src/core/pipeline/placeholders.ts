import { didYouMean } from '../did-you-mean.js';
import { type Json, setOwn } from '../json-value.js';

const placeholder = /\{\{\s*([^{}\n]{1,200}?)\s*\}\}/g;
const known = /^(?:input(?:\.[^.\s]+)*|state\..+)$/;

/** What the settings of a step ask for and does not exist: each with its place in them. */
export function unknownPlaceholders(settings: unknown, path: readonly PropertyKey[] = []): { path: readonly PropertyKey[]; text: string }[] {
  if (typeof settings === 'string') {
    const unknown = asked(settings).find((name) => !known.test(name));
    return unknown === undefined ? [] : [{ path, text: `asks for {{${unknown}}}, which is nothing${didYouMean(unknown, ['input', 'state.KEY'])}; there are {{input}}, {{input.KEY}} and {{state.KEY}}` }];
  }
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]) => unknownPlaceholders(value, [...path, Array.isArray(settings) ? Number(key) : key]));
}

function asked(text: string): string[] {
  return Array.from(text.matchAll(placeholder), ([, name = '']) => name);
}

/** A placeholder asks for what is not there. */
export class NothingThere extends Error {
  constructor(placeholder: string) {
    super(`asks for {{${placeholder}}}, and nothing of that name is there`);
  }
}

/**
 * The settings with what they ask for. A text that is one placeholder becomes the value, in others values stand as text,
 * what is no text as JSON. What is filled in is not looked at again. Throws {@link NothingThere}.
 */
export function filledSettings(settings: Json, valueOf: (name: string) => Json | undefined): Json {
  const found = (name: string): Json => {
    const value = valueOf(name);
    if (value === undefined) throw new NothingThere(name);
    return value;
  };
  if (typeof settings === 'string') {
    const [only] = asked(settings);
    if (only !== undefined && settings.trim().replace(placeholder, '') === '' && asked(settings).length === 1) return found(only);
    return settings.replaceAll(placeholder, (_whole, name: string) => {
      const value = found(name);
      return typeof value === 'string' ? value : JSON.stringify(value);
    });
  }
  if (Array.isArray(settings)) return settings.map((item) => filledSettings(item, valueOf));
  if (typeof settings !== 'object' || settings === null) return settings;
  const filled: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(settings)) setOwn(filled, key, filledSettings(value, valueOf));
  return filled;
}

/** `input.a.b`: what is under these keys. */
export function memberOf(value: Json | undefined, keys: readonly string[]): Json | undefined {
  let current = value;
  for (const key of keys) current = typeof current === 'object' && current !== null && Object.hasOwn(current, key) ? (current as { [key: string]: Json })[key] : undefined;
  return current;
}
