import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { mermaid } from '../../core/pipeline/graph/mermaid.js';
import { listedSteps, type ListedStep } from '../../core/pipeline/listed.js';
import { writtenSteps } from '../../core/pipeline/plan.js';
import { planOf } from '../../core/pipeline/plan-of.js';
import type { CliContext } from '../context.js';
import { loadConfig } from '../load-config.js';

export interface StepsResult {
  /** `config`: of a perfloop.toml. `default`: there is none. */
  from: 'config' | 'default';
  steps: ListedStep[];
}

/** The plan of a round: that of the config of a folder, or the default where it has none. */
export async function steps(context: CliContext, options: StepsOptions): Promise<StepsResult> {
  const { from, config } = await configOrDefault(context, options);
  return { from, steps: listedSteps(config) };
}

/** The same plan as a Mermaid flowchart. */
export async function drawnSteps(context: CliContext, options: StepsOptions): Promise<{ mermaid: string }> {
  const { config } = await configOrDefault(context, options);
  listedSteps(config);
  return { mermaid: mermaid(planOf({ ...config, steps: [...writtenSteps(config.steps)] })) };
}

interface StepsOptions {
  dir: string;
  config?: string;
}

async function configOrDefault(context: CliContext, options: StepsOptions): Promise<{ from: StepsResult['from']; config: Config }> {
  const dir = resolve(context.cwd, options.dir);
  if (!(await stat(dir).then((found) => found.isDirectory(), () => false))) throw new PerfloopError('PL_NO_SUCH_FOLDER', 'there is no such folder', { where: dir, fix: 'Name a folder with a perfloop.toml, or none for this one.' });
  try {
    return { from: 'config', config: await loadConfig(context, dir, options.config) };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_NO_CONFIG') return { from: 'default', config: defaultConfig() };
    throw error;
  }
}
