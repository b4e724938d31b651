import type { Client } from '@temporalio/client';
import { defaultConfig } from '../../src/core/config/parse.js';
import type { RunInput } from '../../src/core/inputs.js';

/** Wall time per step, in milliseconds, of a run whose plan does nothing `steps` times, one after another. */
export async function noopRun(client: Client, steps: number, run: string): Promise<number> {
  const input = noopInput(Array.from({ length: steps }, (_, index) => ({ type: 'noop' as const, name: `step-${index + 1}`, enabled: true })), run);
  const began = performance.now();
  await client.workflow.execute('run', { taskQueue: 'perfloop', workflowId: run, args: [input] });
  return (performance.now() - began) / steps;
}

/** The input of a run of one round of these steps, which touch no target. */
export function noopInput(steps: RunInput['config']['steps'], run: string): RunInput {
  const config = defaultConfig();
  const bundle = { sha: '0'.repeat(64), bytes: 0, kind: 'bundle' as const };
  return {
    v: 1,
    run,
    target: { id: 'bench', name: 'bench', base: { commit: '0'.repeat(40), bundle }, origin: '/', revision: 'HEAD' },
    config: { ...config, loop: { ...config.loop, rounds: 1 }, steps },
    queuePrefix: 'perfloop',
    who: 'bench',
    warnings: [],
  };
}
