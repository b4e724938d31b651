import type { Expression } from '../../expression/tree.js';
import { type Json, setOwn } from '../../json-value.js';
import { type Path, read } from './flatten.js';
import type { Problems } from './problem.js';
import { expressionsOf, parseText } from './text.js';

/** What the settings of a step ask for, with its place. */
export interface Fill {
  path: Path;
  expression: Expression;
}

/** The expressions in texts of settings, at any depth. */
export function fillsOf(settings: unknown, path: Path, problems: Problems): Fill[] {
  if (typeof settings === 'string') return expressionsOf(read(parseText, settings, path, problems) ?? []).map((expression) => ({ path, expression }));
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]) => fillsOf(value, [...path, Array.isArray(settings) ? Number(key) : key], problems));
}

/**
 * The settings with what they ask for. A text that is one expression becomes its value; in others values stand as text, what
 * is no text as JSON. What is filled in is not looked at again. Throws `ExpressionError`.
 */
export function filled(settings: Json, valueOf: (expression: Expression) => Json): Json {
  if (typeof settings === 'string') {
    const parts = parseText(settings);
    const [only, ...others] = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
    if (only !== undefined && typeof only !== 'string' && others.length === 0) return valueOf(only);
    return parts.map((part) => (typeof part === 'string' ? part : textOf(valueOf(part)))).join('');
  }
  if (Array.isArray(settings)) return settings.map((item) => filled(item, valueOf));
  if (typeof settings !== 'object' || settings === null) return settings;
  const table: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(settings)) setOwn(table, key, filled(value, valueOf));
  return table;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
