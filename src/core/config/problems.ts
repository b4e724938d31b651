import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import { dottedKeys, tableAt } from './introspect.js';

/** Something wrong at a place of the config. */
export interface Problem {
  path: readonly PropertyKey[];
  text: string;
}

/** By schema, since a hostile file could have many unknown keys. */
const dotted = new WeakMap<z.ZodObject, string[]>();

const nouns: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  record: 'a table',
};

/** One issue of zod with a value of the schema as problems; an unknown key is one problem each. */
export function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodObject): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...issue.path, key], text: unknownKey(key, issue.path, schema) }));
  if (issue.code === 'invalid_key') return [{ path: issue.path, text: issue.issues[0]?.message ?? issue.message }];
  return [{ path: issue.path, text: issue.message }];
}

/** Words for an issue, where the schema does not bring its own. */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = nouns[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing; expected ${expected}` : `expected ${expected}, got ${show(issue.input)}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      if (issue.input === undefined) return `is missing; expected one of ${allowed.join(', ')}`;
      return `expected one of ${allowed.join(', ')}; got ${show(issue.input)}${typeof issue.input === 'string' ? didYouMean(issue.input, allowed) : ''}`;
    }
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${counted(issue.origin)}, got ${amount(issue.input)}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${counted(issue.origin)}, got ${amount(issue.input)}`;
    default:
      return undefined;
  }
}

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodObject): string {
  const allowed = Object.keys(tableAt(schema, path)?.shape ?? {});
  const list = `allowed: ${allowed.join(', ')}`;
  const near = didYouMean(key, allowed);
  if (near !== '') return `unknown key${near} ${list}`;
  const elsewhere = keysOf(schema).find((known) => known.endsWith(`.${key}`));
  return elsewhere === undefined ? `unknown key; ${list}` : `unknown key here; did you mean ${elsewhere}? ${list}`;
}

function keysOf(schema: z.ZodObject): string[] {
  const known = dotted.get(schema) ?? dottedKeys(schema);
  dotted.set(schema, known);
  return known;
}

function counted(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function amount(input: unknown): string {
  return typeof input === 'string' || Array.isArray(input) ? String(input.length) : show(input);
}

/** A value as a person would recognise it, cut short. */
function show(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (input instanceof Date) return 'a date';
  if (typeof input === 'object' && input !== null) return 'a table';
  if (typeof input === 'string') return `the string ${JSON.stringify(input.length > 60 ? `${input.slice(0, 57)}...` : input)}`;
  return String(input).toLowerCase();
}
