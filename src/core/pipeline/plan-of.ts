import type { Config } from '../config/schema.js';
import type { StepDefinition } from './graph/definition.js';
import type { Plan } from './graph/node.js';
import { plan } from './graph/plan.js';

/** The plan of a round whose steps form a graph. Throws `PL_PIPELINE_INVALID` with everything that is wrong. */
export function planOf({ steps, loop }: Pick<Config, 'steps' | 'loop'>): Plan {
  return plan(steps as readonly StepDefinition[], settingsOf(loop));
}

/** Configs of earlier versions lack them. */
function settingsOf({ max_steps: maxSteps, round_timeout: timeout }: Config['loop']): { max_steps?: number; timeout?: number } {
  return { ...(maxSteps === undefined ? {} : { max_steps: maxSteps }), ...(timeout === undefined ? {} : { timeout }) };
}
