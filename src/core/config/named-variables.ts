import { isSecretName } from '../secrets.js';
import { keyNames } from './models.js';
import type { Config } from './schema.js';

/** Every environment variable whose value the config takes for somebody: for a command, an agent or a model. */
export function namedVariables(config: Config): string[] {
  return [...new Set([...keyNames(config), ...variablesIn(config)])];
}

/** Those of them that are secrets, by their name or by that which they are given under. */
export function secretVariables(config: unknown): string[] {
  return [...new Set(variablesIn(config, '', isSecretName))];
}

/** A value of an `env` that is `$NAME` as a whole is taken from the environment. */
function variablesIn(value: unknown, key = '', wanted: (name: string) => boolean = () => true): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const variable = key === 'env' && typeof entry === 'string' ? /^\$([A-Za-z_]\w*)$/.exec(entry)?.[1] : undefined;
    if (variable === undefined) return variablesIn(entry, name, wanted);
    return wanted(name) || wanted(variable) ? [variable] : [];
  });
}
