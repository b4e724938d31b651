import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { plan, type PlannedStep } from '../../core/pipeline/plan.js';
import type { CliContext } from '../context.js';
import { loadConfig } from '../load-config.js';

export interface StepsResult {
  /** `config`: of a perfloop.toml. `default`: there is none. */
  from: 'config' | 'default';
  steps: PlannedStep[];
}

/** The plan of a round: that of the config of a folder, or the default where it has none. */
export async function steps(context: CliContext, options: { dir: string; config?: string }): Promise<StepsResult> {
  const dir = resolve(context.cwd, options.dir);
  if (!(await stat(dir).then((found) => found.isDirectory(), () => false))) throw new PerfloopError('PL_NO_SUCH_FOLDER', 'there is no such folder', { where: dir, fix: 'Name a folder with a perfloop.toml, or none for this one.' });
  try {
    const config = await loadConfig(context, dir, options.config);
    return { from: 'config', steps: plan(config.steps) };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_NO_CONFIG') return { from: 'default', steps: plan([]) };
    throw error;
  }
}
