import { resolve } from 'node:path';
import { requireBenchmark } from '../core/config/parse.js';
import type { Config } from '../core/config/schema.js';
import { openCheckout } from '../workspace/checkout.js';
import { chosenSteps, type ChosenSteps } from './chosen-steps.js';
import type { CliContext } from './context.js';
import { loadPlacedConfig } from './load-config.js';
import { checkOwnSteps, requireModulesOfBase } from './own-steps.js';
import { continuationOf, type Continuation } from './resume/continuation.js';
import { earlierRun } from './resume/earlier-run.js';
import type { RunOptions } from './verbs/run.js';

export interface RunSettings extends ChosenSteps {
  /** Null: the run begins by itself. */
  continuation: Continuation | null;
}

/** The config of a run with what the command line changes in it, its steps, and the run that it goes on after; everything is checked. */
export async function runSettings(context: CliContext, options: RunOptions): Promise<RunSettings> {
  const dir = resolve(context.cwd, options.dir);
  // What is no repository needs no config.
  const checkout = await openCheckout(dir);
  const placed = await loadPlacedConfig(context, dir, options.config);
  const config = withOverrides(placed.config, options);
  requireBenchmark(config, options.config);
  if (!checkout.bare) {
    await checkOwnSteps(placed, checkout.root, context.env);
    await requireModulesOfBase(checkout, config);
  }
  const chosen = chosenSteps(config, options);
  if (options.resume === undefined) return { ...chosen, continuation: null };
  return { ...chosen, continuation: continuationOf(await earlierRun(context, { dir, run: options.resume, base: config.target.base }), chosen.config) };
}

function withOverrides(config: Config, { rounds, approval, steps }: RunOptions): Config {
  return {
    ...config,
    ...(steps === undefined ? {} : { steps }),
    loop: { ...config.loop, ...(rounds === undefined ? {} : { rounds }) },
    approval: { ...config.approval, ...(approval === undefined ? {} : { mode: approval }) },
  };
}
