import { join } from 'node:path';
import { benchmarksOf } from '../../core/config/benchmarks.js';
import type { Config } from '../../core/config/schema.js';
import type { Pair } from '../../core/sample.js';
import { metricRules } from '../../core/verdict/metrics.js';
import { acquireHostLock } from '../../measure/host-lock.js';
import { cpusFor } from '../../measure/pinning.js';
import { drawLayoutSeed } from '../../measure/sample.js';
import { samplePairs } from '../../measure/sampling.js';
import type { Home } from '../../store/home.js';

export interface NoisePairsRequest {
  home: Home;
  config: Config;
  /** Folders of the two sides; they may be one. */
  sides: [string, string];
  scratch: string;
  /** How many pairs to have after these. */
  wanted: (pairs: readonly Pair[]) => number;
  onWaiting: () => void;
  onPair: (pairs: readonly Pair[]) => void;
  signal: AbortSignal;
}

/** A/A pairs under the host lock, as a run takes them. A sample that fails is the last one. */
export async function noisePairs({ home, config, sides: [a, b], scratch, wanted, onWaiting, onPair, signal }: NoisePairsRequest): Promise<Pair[]> {
  const lock = await acquireHostLock({ folder: home.locks, mode: 'exclusive', signal, onWaiting });
  try {
    return await samplePairs({
      stage: 'noise',
      sides: { a: { identity: 'a', worktree: a, layoutSeed: drawLayoutSeed() }, b: { identity: 'b', worktree: b, layoutSeed: drawLayoutSeed() } },
      benchmarks: benchmarksOf(config),
      rules: metricRules(config.metrics, config.benchmarks),
      next: wanted,
      journalFile: join(scratch, 'pairs.jsonl'),
      jobs: { folder: home.journal, name: 'noise' },
      cpus: cpusFor(config),
      cold: config.measure.cold,
      lock,
      signal,
      onProgress: onPair,
    });
  } finally {
    lock.release();
  }
}

/** As many pairs as fit into the time, by what the first one took, within bounds. */
export function pairsWithin(ms: number, pairs: readonly Pair[], { least, most }: { least: number; most: number }): number {
  const [first] = pairs;
  if (first === undefined) return 1;
  return Math.max(least, Math.min(most, Math.floor(ms / Math.max(1, first.a.wallMs + first.b.wallMs))));
}
