import { requireBenchmark } from '../core/config/parse.js';
import type { Config } from '../core/config/schema.js';
import { countedPairs } from '../core/verdict/aside.js';
import { differencesOf, metricRules } from '../core/verdict/metrics.js';
import { noiseOf, type Noise } from '../core/verdict/noise.js';
import { robustSpread } from '../core/verdict/noise-profile.js';
import type { Home } from '../store/home.js';
import { inClones } from './noise/clones.js';
import { noisePairs, pairsWithin } from './noise/pairs.js';

export interface SpreadRequest {
  home: Home;
  /** Top folder of the repository; only cloned from, never written to. */
  root: string;
  config: Config;
  /** How often the benchmark runs, besides a first pair that is thrown away. */
  samples: number;
  onStep: (text: string) => void;
  signal: AbortSignal;
}

/** A slow benchmark runs less often, so that `init` stays a matter of about this long. */
const patienceMs = 60_000;
const fewestPairs = 3;

/**
 * The noise of the benchmark, from pairs of runs of the last commit in one temporary clone. Throws PL_COMMAND_FAILED where
 * set-up or build fail there, and what `noiseOf` throws for a benchmark that cannot be measured.
 */
export async function measureSpread({ home, root, config, samples, onStep, signal }: SpreadRequest): Promise<Noise> {
  const { command: benchmark } = requireBenchmark(config);
  const rules = metricRules(config.metrics);
  return inClones({ root, config, count: 1, onStep, signal }, async ([clone = ''], scratch) => {
    onStep(`benchmark: ${benchmark.run}`);
    const most = Math.max(fewestPairs, Math.ceil(samples / 2));
    const pairs = await noisePairs({
      home, config, sides: [clone, clone], scratch, signal,
      wanted: (taken) => pairsWithin(patienceMs, taken, { least: fewestPairs, most }),
      onWaiting: () => onStep('waiting until no other benchmark runs on this machine'),
      onPair: () => {},
    });
    return { ...noiseOf(pairs, rules), spread: robustSpread(differencesOf(countedPairs(pairs), rules)) };
  });
}
