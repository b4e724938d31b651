import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import type { Drawn } from '../../core/pipeline/drawing/drawn.js';
import { drawnConfig, shownStates } from '../../core/pipeline/drawing/of-config.js';
import { mermaid } from '../../core/pipeline/graph/mermaid.js';
import { listedSteps, type ListedStep, withStates } from '../../core/pipeline/listed.js';
import { writtenSteps } from '../../core/pipeline/plan.js';
import { planOf } from '../../core/pipeline/plan-of.js';
import type { RunStatus } from '../../core/status.js';
import { keptConfig } from '../../store/run-config.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import type { CliContext } from '../context.js';
import { loadPlacedConfig, topOf } from '../load-config.js';
import { checkOwnSteps } from '../own-steps.js';
import { show } from './show.js';

export interface StepsResult {
  /** `config`: of a perfloop.toml. `default`: there is none. `run`: of what a run was started with. */
  from: 'config' | 'default' | 'run';
  /** The run whose states they have, and its round. */
  run?: { id: string; round: number; rounds: number };
  steps: ListedStep[];
}

interface StepsOptions {
  dir: string;
  config?: string;
  /** Instead of a folder: a run, with what it made of its steps. */
  run?: string;
}

/** The plan of a round: that of a run, that of the config of a folder, or the default where it has none. */
export async function steps(context: CliContext, options: StepsOptions): Promise<StepsResult> {
  return listed(await planned(context, options));
}

/** The same as it is drawn. */
export async function graphOfSteps(context: CliContext, options: StepsOptions): Promise<StepsResult & { drawn: Drawn[] }> {
  const found = await planned(context, options);
  return { ...listed(found), drawn: drawnConfig(found.config, found.status) };
}

/** The same as a Mermaid flowchart. */
export async function drawnSteps(context: CliContext, options: StepsOptions): Promise<{ mermaid: string }> {
  const { config, status } = await planned(context, options);
  listedSteps(config);
  return { mermaid: mermaid(planOf({ ...config, steps: [...writtenSteps(config.steps)] }), status === null ? null : shownStates(config, status)) };
}

interface Planned {
  from: StepsResult['from'];
  config: Config;
  status: RunStatus | null;
}

function listed({ from, config, status }: Planned): StepsResult {
  const steps = listedSteps(config);
  if (status === null) return { from, steps };
  const { run: id, round, rounds } = status;
  return { from, run: { id, round, rounds }, steps: withStates(steps, shownStates(config, status)) };
}

async function planned(context: CliContext, options: StepsOptions): Promise<Planned> {
  if (options.run === undefined) return { ...(await configOrDefault(context, options)), status: null };
  const { status } = await show(context, options.run);
  const config = await keptConfig(artifactsOf(context.home), status.run);
  if (config !== null && status.kind === 'run') return { from: 'run', config, status };
  throw new PerfloopError('PL_NO_STEPS_OF_RUN', status.kind === 'judge' ? `${status.run} is a judgement, and has no steps` : `the config of ${status.run} is not kept here`, { where: context.home.artifacts, fix: 'Name a run that was started with this home; `perfloop runs` lists them. `perfloop steps DIR` shows the steps of a folder.' });
}

async function configOrDefault(context: CliContext, options: StepsOptions): Promise<{ from: StepsResult['from']; config: Config }> {
  const dir = resolve(context.cwd, options.dir);
  if (!(await stat(dir).then((found) => found.isDirectory(), () => false))) throw new PerfloopError('PL_NO_SUCH_FOLDER', 'there is no such folder', { where: dir, fix: 'Name a folder with a perfloop.toml, or none for this one.' });
  try {
    const placed = await loadPlacedConfig(context, dir, options.config);
    await checkOwnSteps(placed, await topOf(dir), context.env);
    return { from: 'config', config: placed.config };
  } catch (error) {
    if (error instanceof PerfloopError && error.code === 'PL_NO_CONFIG') return { from: 'default', config: defaultConfig() };
    throw error;
  }
}
