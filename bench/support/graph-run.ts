import type { Client } from '@temporalio/client';
import type { StepConfig } from '../../src/core/config/steps-schema.js';
import { noopInput } from './noop-run.js';

/** Wall time per step, in milliseconds, of steps that do nothing: a `chain` by needs, or a `fan` that begins at once. */
export async function graphRun(client: Client, shape: 'chain' | 'fan', steps: number, run: string): Promise<number> {
  const planned = Array.from({ length: steps }, (_, index): StepConfig => ({ type: 'noop', name: `step-${index + 1}`, enabled: true, needs: shape === 'fan' || index === 0 ? [] : [`step-${index}`] }));
  const began = performance.now();
  await client.workflow.execute('run', { taskQueue: 'perfloop', workflowId: run, args: [noopInput(planned, run)] });
  return (performance.now() - began) / steps;
}
