import type { ModelChoice } from '../core/config/models.js';
import { PerfloopError } from '../core/errors.js';

/** The key of a model, from the environment; null where it has none. Throws PL_MODEL_KEY when the variable is not set. */
export function keyOf({ name, api_key: reference }: Pick<ModelChoice, 'name' | 'api_key'>, env: NodeJS.ProcessEnv): string | null {
  if (reference === undefined) return null;
  const value = env[reference.slice(1)]?.trim();
  if (value !== undefined && value !== '') return value;
  throw new PerfloopError('PL_MODEL_KEY', `The variable ${reference.slice(1)}, which holds the key of the model ${name}, is not set.`, {
    where: `models.${name}.api_key`,
    fix: 'Set it where the model is asked: for a run in the environment of the perfloop worker, which has to start again (`perfloop down`, then run); for analyze, optimize and learn in that of the command.',
  });
}
