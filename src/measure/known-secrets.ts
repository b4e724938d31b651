import { existsSync } from 'node:fs';
import type { CommandSpec } from '../core/config/schema.js';
import { isPlainWord, isSecretName, passwordsIn, secretValues } from '../core/secrets.js';
import { holdsSecret, redact } from './redactor.js';

/** Shorter ones stand in any text by chance. */
const shortest = 8;

/**
 * Values of an environment that nothing may keep: those that are secrets (see `secretValues`), and the passwords of URLs
 * in any. Not a word, a number or a path that is there (`SSH_AUTH_SOCK`): to black those out would make logs unreadable.
 */
export function secretsOfEnvironment(env: NodeJS.ProcessEnv, named: readonly string[] = []): string[] {
  const values = [...secretValues(env, named).map(({ value }) => value), ...Object.values(env).flatMap((value = '') => passwordsIn(value))];
  return [...new Set(values)].filter((value) => value.length >= shortest && !isPlainWord(value) && !(value.startsWith('/') && existsSync(value)));
}

/** Those, and what the config gives a command of them under a name that says so, whatever it looks like. `given`: the environment that it gets. */
export function secretsOfCommand({ env }: Pick<CommandSpec, 'env'>, given: Readonly<Record<string, string>>, own: NodeJS.ProcessEnv): string[] {
  const named = Object.entries(env).flatMap(([name, value]) => (value.startsWith('$') && (isSecretName(name) || isSecretName(value)) ? (given[name] ?? []) : []));
  return [...new Set([...named, ...secretsOfEnvironment(own)])];
}

/** Every string of a JSON value without the secrets, keys included; the same value where there is none. */
export function withoutSecrets<T>(value: T, secrets: readonly string[]): T {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || !holdsSecret(Buffer.from(text), secrets) ? value : (walk(value, secrets) as T);
}

function walk(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redact(value, secrets);
  if (Array.isArray(value)) return value.map((entry) => walk(entry, secrets));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [redact(key, secrets), walk(entry, secrets)]));
  return value;
}
