import { PerfloopError } from '../errors.js';
import type { Pair } from '../sample.js';
import type { FinalMeasurement } from '../status.js';
import { mean, median, worstDecile } from '../stats/summary.js';
import { countedPairs } from './aside.js';
import { measuredOf } from './measured.js';
import { refuseMixed } from './one-device.js';
import { pairDifference, valueOf, type MetricRule } from './metrics.js';

/**
 * The last measurement of a run: base (a) against champion (b), of fixed size, reported whatever it shows. Nothing is
 * tested, so its delta is 0. A pair with a failed sample is left out of the numbers, and `measured.pairs` shows it.
 * Throws PL_FINAL_SAMPLES when no pair is left, and PL_SAMPLES_MIXED where they are of several devices.
 */
export function finalMeasurement(pairs: readonly Pair[], rules: readonly MetricRule[]): Omit<FinalMeasurement, 'samples'> {
  refuseMixed(pairs);
  const usable = countedPairs(pairs).filter((pair) => pairDifference(pair, rules) !== null);
  if (usable.length === 0) {
    throw new PerfloopError('PL_FINAL_SAMPLES', `None of the ${pairs.length} pairs of the final measurement has numbers on both sides.`, {
      where: 'commands.benchmark',
      fix: 'Run the benchmark at the base and on the result branch by hand and see why it fails.',
    });
  }
  return {
    measured: measuredOf(usable, rules, 0, pairs.length * 2),
    metrics: rules.flatMap((rule) => {
      const base = usable.map((pair) => valueOf(pair.a, rule)).filter((value) => value !== null);
      const champion = usable.map((pair) => valueOf(pair.b, rule)).filter((value) => value !== null);
      if (base.length === 0 || champion.length === 0) return [];
      return {
        name: rule.name,
        unit: rule.unit,
        base: median(base),
        champion: median(champion),
        baseWorstDecile: worstDecile(base, rule.goal),
        championWorstDecile: worstDecile(champion, rule.goal),
        baseMean: mean(base),
        championMean: mean(champion),
      };
    }),
  };
}
