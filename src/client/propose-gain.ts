import type { CostPlan } from '../core/status.js';
import { deltaOf, type Noise } from '../core/verdict/noise.js';
import { costPlan } from '../core/verdict/plan.js';

/** Fractions that read well in a config. */
const steps = [0.02, 0.03, 0.05, 0.08, 0.1];

export interface GainProposal {
  minGain: number;
  /** What trials will cost with it. */
  plan: CostPlan;
}

/**
 * The smallest gain worth asking for: 2%, or as much as one sample varies where that is more, but 10% at most. A smaller
 * gain could be found with more samples, but another day or another machine would hide it again.
 */
export function proposeGain(noise: Noise): GainProposal {
  const minGain = steps.find((step) => step >= noise.spread * 0.999) ?? 0.1;
  const plan = costPlan({ noise, delta: deltaOf(minGain, noise), protocol: { kind: 'sequential' }, trials: 1, finalPairs: 0 });
  return { minGain, plan };
}
