import { stepCommand } from '../../core/pipeline/step-commands.js';
import type { CliContext } from '../context.js';
import { runSettings } from '../run-settings.js';
import type { RunOptions } from './run.js';

export interface DryStep {
  /** From 1, in file order, members of groups included. */
  index: number;
  name: string;
  type: string;
  run: boolean;
  reason: string;
  /** What it runs of the user's commands; null: none. */
  command: string | null;
}

export interface DryRun {
  steps: DryStep[];
}

/** What a run would do in its rounds. Reads the config and touches nothing. */
export async function dryRun(context: CliContext, options: RunOptions): Promise<DryRun> {
  const { config, steps, continuation } = await runSettings(context, options);
  const taken = new Set(continuation?.taken);
  return {
    steps: steps.map((step) => {
      const { index, name, type, run, reason, when } = step;
      const doneIn = run && taken.has(name) ? `done in ${continuation?.earlier.status.run}` : null;
      if (doneIn !== null) return { index, name, type, run: false, reason: doneIn, command: stepCommand(step, config) };
      return { index, name, type, run, reason: run && when !== null ? `${reason}; only when ${when}` : reason, command: stepCommand(step, config) };
    }),
  };
}
