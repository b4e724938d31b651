import { PerfloopError } from '../../core/errors.js';
import { loadPlacedConfig, topOf } from '../load-config.js';
import { checkOwnSteps } from '../own-steps.js';
import type { Check } from './check.js';

/** Whether the modules of [step_types] load, where a config that can be read has some. What else is wrong with it, every other verb says. */
export async function ownStepsChecks(cwd: string, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const placed = await loadPlacedConfig({ cwd }, cwd, undefined).catch(unlessBug);
  const types = Object.entries(placed?.config.step_types ?? {});
  if (placed === null || types.length === 0) return [];
  const check = { name: 'step types', neededFor: 'the steps of your own types in perfloop.toml' };
  const wrong = await checkOwnSteps(placed, await topOf(cwd), env).then(() => null, (error: unknown) => {
    if (error instanceof PerfloopError) return error;
    throw error;
  });
  if (wrong !== null) return [{ ...check, status: 'warn', found: wrong.problems.join('; ') || wrong.message, fix: 'Correct the module, or the steps that are named.' }];
  return [{ ...check, status: 'ok', found: types.map(([type, { module }]) => `${type} of ${module}`).join(', '), fix: null }];
}

function unlessBug(error: unknown): null {
  if (error instanceof PerfloopError) return null;
  throw error;
}
