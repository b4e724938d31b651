import type { CostPlan } from '../core/status.js';
import { deltaOf, type Noise } from '../core/verdict/noise.js';
import { costPlan } from '../core/verdict/plan.js';
import { mostBuilds } from '../core/verdict/rule.js';
import { schedulesOf } from '../core/verdict/schedules.js';

/** Fractions that read well in a config. */
const steps = [0.02, 0.03, 0.05, 0.08, 0.1];
/** Of a benchmark that runs so long that a gain of a few per mille is worth having, and start-up and layout are a small part. */
const longSteps = [0.002, 0.003, 0.005, 0.01, ...steps];
const longSeconds = 5;

export interface GainProposal {
  minGain: number;
  /** What trials will cost with it. */
  plan: CostPlan;
}

/**
 * The smallest gain worth asking for: 2% (0.2% of a benchmark of 5 s and more), or as much as one sample varies where that is more, but 10% at most. A smaller
 * gain could be found with more samples, but another day or another machine would hide it again.
 */
export function proposeGain(noise: Noise): GainProposal {
  const minGain = (noise.secondsPerSample >= longSeconds ? longSteps : steps).find((step) => step >= noise.spread * 0.999) ?? 0.1;
  const plan = costPlan({ noise, delta: deltaOf(minGain, noise), schedules: schedulesOf({ kind: 'sequential' }, mostBuilds.free, true), trials: 1, finalPairs: 0 });
  return { minGain, plan };
}
