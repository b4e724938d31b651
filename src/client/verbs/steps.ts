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
  try {
    const config = await loadConfig(context, resolve(context.cwd, options.dir), options.config);
    return { from: 'config', steps: plan(config.steps) };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_NO_CONFIG') return { from: 'default', steps: plan([]) };
    throw error;
  }
}
