import type { Config } from '../config/schema.js';
import type { CostPlan } from '../status.js';
import { sharesChampion } from '../verdict/shared-champion.js';
import type { Noise } from '../verdict/noise.js';

/** From this part of a trial's time on, building and testing one while another is sampled is worth its memory. */
const worthwhile = 0.25;
/** What `auto` allows; builds mostly use several cores each. */
const mostOfAuto = 2;

/**
 * How many candidates are under way at once. Builds and tests of theirs overlap each other; a sample is always alone on its
 * machine, by the lock of the host.
 *
 * @param preparingSeconds what building and testing the base took; null: not known
 */
export function trialsAtOnce({ loop, verdict }: Pick<Config, 'loop' | 'verdict'>, { noise, plan, preparingSeconds }: { noise: Noise | null; plan: CostPlan | null; preparingSeconds: number | null }): number {
  // Configs in inputs of earlier versions lack it.
  const { trials_at_once: wanted = 1 } = loop as Partial<Config['loop']>;
  if (wanted !== 'auto') return wanted;
  // A trial shares the champion's samples of those that ended before it began.
  if (noise === null || plan === null || preparingSeconds === null || sharesChampion(verdict, noise)) return 1;
  const sampling = plan.samplesPerTrial.expected * plan.secondsPerSample;
  return preparingSeconds >= worthwhile * (preparingSeconds + sampling) ? mostOfAuto : 1;
}
