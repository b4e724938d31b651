import type { Config } from '../config/schema.js';
import type { Pair } from '../sample.js';
import { mean } from '../stats/summary.js';
import { countedPairs } from './aside.js';
import { differencesOf, type MetricRule } from './metrics.js';
import type { Noise } from './noise.js';

/**
 * Candidates of a round share the champion's samples in screening where a sample is dear and repeats well: one that an
 * earlier screening took stands in for a new one. Screening is a filter, so a machine that drifted since costs a good
 * candidate at worst; what is accepted is confirmed by pairs of its own.
 */
export function sharesChampion(verdict: Config['verdict'], noise: Pick<Noise, 'secondsPerSample' | 'spread'> | null): boolean {
  // Configs in inputs of earlier versions lack it.
  const { share_champion: mode = 'never' } = verdict as Partial<Config['verdict']>;
  if (mode === 'never' || verdict.protocol !== 'sequential') return false;
  return mode === 'always' || (noise !== null && noise.secondsPerSample >= 5 && noise.spread <= 0.01);
}

/** The pairs of an earlier trial whose champion samples can stand in: those that it took itself, in screening. */
export function thatCanStandIn(pairs: readonly Pair[]): Pair[] {
  return countedPairs(pairs).filter(({ stage, a, shared }) => stage === 'screen' && a.ok && shared !== true);
}

/** In a screening that shares, every so many pairs are whole: they show whether the machine is still as it was. */
const controlEvery = 5;

/**
 * The pair whose champion sample stands in for the next one's. Null: that is a whole pair, because it is a control, nothing
 * is left, or a control showed that the champion is no longer as fast as it was. `spread`: standard deviation of ln of one sample.
 */
export function standIn(taken: readonly Pair[], earlier: readonly Pair[], rules: readonly MetricRule[], spread: number): Pair | null {
  const counted = countedPairs(taken);
  if (counted.length % controlEvery === 0) return null;
  const controls = counted.filter(({ shared }) => shared !== true);
  if (!controls.every((control) => isAsBefore(control, earlier, rules, spread))) return null;
  return earlier[counted.length - controls.length] ?? null;
}

/** Within 3 standard errors of its distance from the mean of the earlier ones. */
function isAsBefore(control: Pair, earlier: readonly Pair[], rules: readonly MetricRule[], spread: number): boolean {
  const distances = differencesOf(earlier.map((pair) => ({ ...pair, b: control.a })), rules);
  if (distances.length < earlier.length || distances.length === 0) return false;
  return Math.abs(mean(distances)) <= 3 * spread * Math.sqrt(1 + 1 / distances.length);
}
